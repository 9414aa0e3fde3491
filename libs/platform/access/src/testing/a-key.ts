import type { ApiKeyId } from '@syntropic/kernel';
import { randomBytes } from 'node:crypto';
import { newApiKey, secretHashOf } from '../api-key';
import type { ApiKeys } from '../api-keys';

export const anId = () => `key-${randomBytes(6).toString('hex')}` as ApiKeyId;

/** A key in the database, with its text. */
export async function aKeyIn(keys: ApiKeys, name = 'spec') {
  const keyId = anId();
  const text = newApiKey(keyId);
  const secretHash = secretHashOf(text);
  await keys.create({ keyId, name, role: 'operator', scopes: ['executions'], secretHash, lifetimeDays: 1 }, 'user:ada');
  return { keyId, text, secretHash };
}
