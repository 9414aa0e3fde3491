import { KEY_LIMITS, Role, Scope } from '@syntropic/access';
import { ApiKeyId, ShortName } from '@syntropic/kernel';
import { z } from 'zod';
import { pagesByOffset } from '../http/list-pages';
import { flag } from '../http/query-values';

const DEFAULT_LIFETIME_DAYS = 90;

const lifetime = z
  .int()
  .min(1)
  .max(KEY_LIMITS.lifetimeDays)
  .default(DEFAULT_LIFETIME_DAYS)
  .meta({ description: 'Days until the key expires.' });

export const KeyParams = z.object({ key_id: ApiKeyId });

export const KeyListQuery = z.object({
  ...pagesByOffset(1_000, 100),
  include_inactive: flag(false),
});

export const CreateKeyRequest = z
  .strictObject({
    name: ShortName,
    role: Role,
    scopes: z
      .array(Scope)
      .max(KEY_LIMITS.scopes)
      .default([])
      .meta({ description: 'First segments of paths below `/api`; without them the key is for the whole API.' }),
    requests_per_minute: z.int().min(1).max(KEY_LIMITS.requestsPerMinute).nullish(),
    expires_in_days: lifetime,
  })
  .meta({ id: 'CreateKeyRequest' });

export const RotateKeyRequest = z
  .strictObject({
    grace_seconds: z
      .int()
      .min(0)
      .max(KEY_LIMITS.graceSeconds)
      .default(0)
      .meta({ description: 'Seconds for which the former key is valid too.' }),
    expires_in_days: lifetime,
  })
  .meta({ id: 'RotateKeyRequest' });

export const ApiKey = z
  .object({
    key_id: z.string(),
    name: z.string(),
    role: Role,
    scopes: z.array(z.string()),
    requests_per_minute: z.int().nullable(),
    shown_part: z.string().meta({ description: 'The beginning of the key, which is no secret.' }),
    status: z.enum(['active', 'expired', 'revoked']),
    created_at: z.string(),
    created_by: z.string().meta({ description: 'Kind and id of the caller: `key:key-0123456789ab`.' }),
    expires_at: z.string(),
    rotated_at: z.string().nullable(),
    rotated_by: z.string().nullable(),
    former_key_valid_until: z.string().nullable(),
    revoked_at: z.string().nullable(),
    revoked_by: z.string().nullable(),
  })
  .meta({ id: 'ApiKey' });

export const IssuedKey = ApiKey.extend({
  key: z.string().meta({ description: 'The whole key. It is shown in this answer alone.' }),
}).meta({ id: 'IssuedApiKey' });

export const KeyList = z.object({ keys: z.array(ApiKey), total: z.int() }).meta({ id: 'ApiKeyList' });
