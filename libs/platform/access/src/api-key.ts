import type { ApiKeyId } from '@syntropic/kernel';
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A key as its holder sends it: `syn_<id>_<secret>`, the secret with 256 random bits in base64url. */
const FORM = /^syn_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;

const SECRET_BYTES = 32;

/** Stored instead of a key. A fast hash is enough, because the secret cannot be guessed. */
export const secretHashOf = (key: string): string => createHash('sha256').update(key).digest('hex');

/** A new key of this id. */
export function newApiKey(id: ApiKeyId): string {
  return `${shownPartOf(id)}${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/** The part of a key that is no secret: it identifies the key in configurations. */
export const shownPartOf = (id: ApiKeyId): string => `syn_${id.slice('key-'.length)}_`;

/** The id in a key; undefined for a text that is none. */
export function idInApiKey(text: string): string | undefined {
  const digits = FORM.exec(text)?.[1];
  return digits && `key-${digits}`;
}

/** Compares hashes in constant time. */
export const isSameHash = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
