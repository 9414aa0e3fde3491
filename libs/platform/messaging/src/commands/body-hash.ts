import { createHash } from 'node:crypto';

/** SHA-256 of the body as JSON with sorted keys, so that the order of keys does not matter. */
export const bodyHashOf = (body: object): string => digestOf(body).hash;

/** The hash of a body, and the size of its JSON. */
export function digestOf(body: object): Readonly<{ hash: string; bytes: number }> {
  const json = Buffer.from(canonicalJson(body));
  return { hash: createHash('sha256').update(json).digest('hex'), bytes: json.length };
}

const canonicalJson = (body: object): string =>
  JSON.stringify(body, (_key, value: unknown) => (isRecord(value) ? inOrder(value) : value));

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const inOrder = (record: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
