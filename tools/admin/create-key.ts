import { ApiKeys, AuditRecords, keyCommands, newApiKey, secretHashOf } from '@syntropic/access';
import { ApiKeyId } from '@syntropic/kernel';
import { createPool } from '@syntropic/postgres';
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { BY, ownContext } from './caller';
import { checked } from './checked';
import { databaseUrl } from './database-url';

const WHOLE = z.string().regex(/^\d+$/).transform(Number);
const Options = z.object({
  name: z.string(),
  role: z.string(),
  scope: z.array(z.string()).default([]),
  'requests-per-minute': WHOLE.optional(),
  'expires-in-days': WHOLE.default(90),
  'data-dir': z.string().default('.data'),
});

/** Makes an API key in the database itself, so that it needs no key: its role is the only right that it takes. */
export async function createKey(args: readonly string[]): Promise<Readonly<{ keyId: string; key: string }>> {
  const { scope, ...options } = checked(Options, valuesIn(args));
  const keyId = ApiKeyId.parse(`key-${randomBytes(6).toString('hex')}`);
  const key = newApiKey(keyId);
  const command = checked(keyCommands.CreateKey.schema, {
    keyId,
    name: options.name,
    role: options.role,
    scopes: scope,
    requestsPerMinute: options['requests-per-minute'],
    secretHash: secretHashOf(key),
    lifetimeDays: options['expires-in-days'],
  });
  const pool = createPool(databaseUrl(options['data-dir']), { max: 1 });
  try {
    await new AuditRecords(pool).around({ action: 'CreateKey', subject: keyId, context: ownContext() }, () =>
      new ApiKeys(pool).create(command, BY),
    );
  } finally {
    await pool.end();
  }
  return { keyId, key };
}

function valuesIn(args: readonly string[]): unknown {
  const { values } = parseArgs({
    args: [...args],
    options: {
      name: { type: 'string' },
      role: { type: 'string' },
      scope: { type: 'string', multiple: true },
      'requests-per-minute': { type: 'string' },
      'expires-in-days': { type: 'string' },
      'data-dir': { type: 'string' },
    },
  });
  return values;
}
