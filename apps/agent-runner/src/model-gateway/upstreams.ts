import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { APIS, type Api } from './operations';

/** The default addresses of the providers. */
const PROVIDER_URLS = { anthropic: 'https://api.anthropic.com', openai: 'https://api.openai.com/v1' } as const;

/** The header that a provider expects its credential in; `prefix` precedes the secret. */
export type CredentialHeader = Readonly<{ name: string; prefix: string }>;

/** The place of a secret. A file is read for each call, so that a replaced secret is used at once. */
type Secret = Readonly<{ value: string }> | Readonly<{ file: string }>;

export type Credential = CredentialHeader & Readonly<{ secret: Secret }>;

/** A provider of models that sessions can call, at `/<name>/…` of their socket. */
export type Upstream = Readonly<{
  name: string;
  api: Api;
  /** Without a slash at its end. */
  baseUrl: string;
  /** Undefined for a provider that asks for none. */
  credential: Credential | undefined;
}>;

export type Upstreams = ReadonlyMap<string, Upstream>;

/** The headers that APIs take credentials in: those of an agent are dropped. */
export const CREDENTIAL_HEADERS: Readonly<Record<Api, CredentialHeader>> = {
  anthropic: { name: 'x-api-key', prefix: '' },
  openai: { name: 'authorization', prefix: 'Bearer ' },
};

const BEARER: CredentialHeader = { name: 'authorization', prefix: 'Bearer ' };

/** @throws when the file of a secret cannot be read, or is empty */
export async function secretOf({ secret }: Credential): Promise<string> {
  const value = 'value' in secret ? secret.value : (await readFile(secret.file, 'utf8')).trim();
  if (!isHeaderValue(value))
    throw new Error('the credential of a model provider is empty, or has characters that headers cannot have');
  return value;
}

export const isHeaderValue = (value: string): boolean => /^[\x21-\x7e]+$/.test(value);

export const Secret = z.string().refine(isHeaderValue, 'characters that headers can have');

/** The address of a provider's API. */
export const BaseUrl = z.url({ protocol: /^https?$/, abort: true }).refine((url) => {
  const { username, password, search, hash } = new URL(url);
  return [username, password, search, hash].every((part) => part === '');
}, 'a URL without credentials, query and fragment');

/** The variables of the two providers that need no file. */
export type ProviderVariables = Readonly<{
  ANTHROPIC_BASE_URL?: string | undefined;
  ANTHROPIC_API_KEY?: string | undefined;
  ANTHROPIC_AUTH_TOKEN?: string | undefined;
  OPENAI_BASE_URL?: string | undefined;
  OPENAI_API_KEY?: string | undefined;
}>;

/** The providers that variables configure: those of which at least one variable is set. */
export function upstreamsOf(variables: ProviderVariables): readonly Upstream[] {
  const { ANTHROPIC_API_KEY: key, ANTHROPIC_AUTH_TOKEN: token, OPENAI_API_KEY } = variables;
  const anthropic = key === undefined ? credential(BEARER, token) : credential(CREDENTIAL_HEADERS.anthropic, key);
  const credentials = { anthropic, openai: credential(CREDENTIAL_HEADERS.openai, OPENAI_API_KEY) };
  const urls = { anthropic: variables.ANTHROPIC_BASE_URL, openai: variables.OPENAI_BASE_URL };
  return APIS.filter((api) => credentials[api] !== undefined || urls[api] !== undefined).map((api) => ({
    name: api,
    api,
    baseUrl: withoutSlash(urls[api] ?? PROVIDER_URLS[api]),
    credential: credentials[api],
  }));
}

const credential = (header: CredentialHeader, value: string | undefined): Credential | undefined =>
  value === undefined ? undefined : { ...header, secret: { value } };

export const withoutSlash = (url: string): string => url.replace(/\/+$/, '');
