import { answered, ApiKeyId, commands, Done, ShortName } from '@syntropic/kernel';
import { z } from 'zod';
import { Role } from './role';

const DAY_SECONDS = 86_400;

/** The limits of keys. */
export const KEY_LIMITS = {
  /** Keys that are valid at the same time. */
  valid: 10_000,
  lifetimeDays: 366,
  graceSeconds: 7 * DAY_SECONDS,
  requestsPerMinute: 1_000_000,
  scopes: 50,
} as const;

const SecretHash = z.string().regex(/^[0-9a-f]{64}$/, 'SHA-256 in hexadecimal digits');
const LifetimeDays = z.int().min(1).max(KEY_LIMITS.lifetimeDays);

/** The area of the API that a key is restricted to: the first segment of paths below `/api`. */
export const Scope = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'lower case, digits and "-", at most 40');

/** Requests of administrators about API keys. Messages carry the hash of a key, and never the key. */
export const keyCommands = commands('keys', {
  CreateKey: answered(
    {
      keyId: ApiKeyId,
      name: ShortName,
      role: Role,
      /** Without scopes a key is for the whole API. */
      scopes: z.array(Scope).max(KEY_LIMITS.scopes).default([]),
      requestsPerMinute: z.int().min(1).max(KEY_LIMITS.requestsPerMinute).optional(),
      secretHash: SecretHash,
      lifetimeDays: LifetimeDays,
    },
    Done,
  ),
  /** Gives a key another secret and another lifetime. The former secret is valid for some more seconds. */
  RotateKey: answered(
    {
      keyId: ApiKeyId,
      secretHash: SecretHash,
      graceSeconds: z.int().min(0).max(KEY_LIMITS.graceSeconds),
      lifetimeDays: LifetimeDays,
    },
    Done,
  ),
  /** A revoked key stays revoked; revoking it again changes nothing. */
  RevokeKey: answered({ keyId: ApiKeyId }, Done),
});
