import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

/** Headers of one connection, headers that the gateway writes itself, and headers that choose an account. */
const NOT_SENT: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect'],
  ...['host', 'content-length', 'accept-encoding', 'content-encoding', 'forwarded', 'via', 'cookie'],
  ...['authorization', 'proxy-authorization', 'x-api-key', 'api-key', 'x-goog-api-key'],
  ...['openai-organization', 'openai-project'],
]);

/** The headers of an agent's request for the provider: without its authorization, and with that of the runner. */
export function sentHeaders(
  headers: IncomingHttpHeaders,
  credential: Readonly<{ header: string; value: string }> | undefined,
): OutgoingHttpHeaders {
  const ofConnection = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
  const kept = Object.entries(headers).filter(
    ([name]) =>
      !NOT_SENT.has(name) && !ofConnection.has(name) && name !== credential?.header && !name.startsWith('x-forwarded-'),
  );
  return {
    ...Object.fromEntries(kept),
    // A compressed answer would hide its usage.
    'accept-encoding': 'identity',
    ...(credential && { [credential.header]: credential.value }),
  };
}

const RETURNED: ReadonlySet<string> = new Set([
  'cache-control',
  'content-encoding',
  'content-type',
  'request-id',
  'retry-after',
  'retry-after-ms',
  'x-request-id',
  'x-should-retry',
]);

const RETURNED_PREFIXES = [
  'anthropic-ratelimit-',
  'x-ratelimit-',
  'openai-processing-',
  'openai-model',
  'openai-version',
];

/** The headers of a provider's answer for the agent: those that clients act on, and none about the account. */
export const returnedHeaders = (headers: IncomingHttpHeaders): OutgoingHttpHeaders =>
  Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => RETURNED.has(name) || RETURNED_PREFIXES.some((prefix) => name.startsWith(prefix)),
    ),
  );
