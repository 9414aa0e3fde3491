import { variable } from '@syntropic/config';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { APIS } from './operations';
import { BaseUrl, CREDENTIAL_HEADERS, isHeaderValue, withoutSlash, type Upstream } from './upstreams';

/** The first part of these paths is no upstream. */
const RESERVED: readonly string[] = ['hooks'];

const Name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'a name of lower-case letters, digits and hyphens')
  .refine((name) => !RESERVED.includes(name), 'a reserved name');

const sentAs = {
  /** The header that carries the credential; by default the API's own. */
  header: z
    .string()
    .regex(/^[a-z0-9-]+$/i, 'the name of a header')
    .optional(),
  /** The word before the credential, such as `Bearer`. */
  scheme: z.string().regex(/^\S+$/, 'one word').optional(),
};

const Credential = z.union([
  z.strictObject({ env: z.string().min(1), ...sentAs }),
  z.strictObject({ file: z.string().min(1), ...sentAs }),
]);

const Entry = z.strictObject({
  name: Name,
  api: z.enum(APIS),
  base_url: BaseUrl,
  credential: Credential.optional(),
});

const File = z.strictObject({ upstreams: z.array(Entry) });

/**
 * Reads the providers of a JSON or YAML file, and checks that their credentials are there.
 * @throws with every fault of the file at once
 */
export function upstreamsIn(file: string): readonly Upstream[] {
  const faults: string[] = [];
  const { upstreams } = File.parse(contentOf(file), { error: (issue) => issue.message });
  const read = upstreams.map(({ name, api, base_url, credential }): Upstream => {
    const header = credential && headerOf(api, credential);
    const secret =
      credential && ('env' in credential ? { value: variable(credential.env) ?? '' } : { file: credential.file });
    const value = secret && ('value' in secret ? secret.value : textOf(secret.file));
    if (value !== undefined && !isHeaderValue(value))
      faults.push(`upstream ${name}: its credential is missing or unusable`);
    return { name, api, baseUrl: withoutSlash(base_url), credential: header && secret && { ...header, secret } };
  });
  if (faults.length > 0) throw new Error(`${file} is not usable:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  return read;
}

function contentOf(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new Error(`${file} cannot be read as JSON or YAML`, { cause });
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

function headerOf(api: Upstream['api'], { header, scheme }: z.output<typeof Credential>) {
  const usual = CREDENTIAL_HEADERS[api];
  if (header === undefined && scheme === undefined) return usual;
  return { name: (header ?? 'authorization').toLowerCase(), prefix: scheme === undefined ? '' : `${scheme} ` };
}
