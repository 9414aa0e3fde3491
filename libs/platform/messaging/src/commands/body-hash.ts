import { createHash } from 'node:crypto';

/** SHA-256 of the body as JSON with sorted keys, so that the order of keys does not matter. */
export const bodyHashOf = (body: object): string => createHash('sha256').update(canonicalJson(body)).digest('hex');

const canonicalJson = (body: object): string =>
  JSON.stringify(body, (_key, value: unknown) => (isRecord(value) ? inOrder(value) : value));

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const inOrder = (record: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
