import { ApiKeys, KEYS_CHANGED, keyCommands, newApiKey, secretHashOf, type Role } from '@syntropic/access';
import { ApiKeyId, DomainError } from '@syntropic/kernel';
import { createPool } from '@syntropic/postgres';
import { randomBytes } from 'node:crypto';
import type { useGateway } from './gateway.fixture';
import { refusedReply } from './refused-reply';

type Options = Readonly<{ scopes?: readonly string[]; requestsPerMinute?: number }>;

/** API keys in the database of a gateway, changed as command-service does. */
export function useKeys(gateway: ReturnType<typeof useGateway>) {
  let keys: ApiKeys;
  let pool: ReturnType<typeof createPool>;
  beforeAll(() => {
    pool = createPool(gateway.database.urlAs('syn_command_service'), { max: 2 });
    keys = new ApiKeys(pool, () => {
      gateway.nats.publish(KEYS_CHANGED);
    });
  });
  afterAll(() => pool.end());

  const { CreateKey, RotateKey, RevokeKey } = keyCommands;
  const carryOut = async (subject: string, data: object, by: string) => {
    if (subject.endsWith(CreateKey.type)) await keys.create(CreateKey.schema.parse(data), by);
    else if (subject.endsWith(RotateKey.type)) await keys.rotate(RotateKey.schema.parse(data), by);
    else await keys.revoke(RevokeKey.schema.parse(data), by);
  };
  return {
    /** A new key, with its text. */
    async make(role: Role, { scopes = [], ...limit }: Options = {}) {
      const keyId = ApiKeyId.parse(`key-${randomBytes(6).toString('hex')}`);
      const key = newApiKey(keyId);
      const secretHash = secretHashOf(key);
      await keys.create(
        { keyId, name: role, role, scopes: [...scopes], secretHash, lifetimeDays: 1, ...limit },
        'spec',
      );
      return { keyId, key };
    },
    revoke: (keyId: ApiKeyId) => keys.revoke({ keyId }, 'spec'),
    async expire(keyId: ApiKeyId): Promise<void> {
      await gateway.database.pool.query(
        `with head as (update ops.api_key_state set revision = revision + 1 returning revision)
         update ops.api_keys set revision = head.revision, expires_at = clock_timestamp() from head where key_id = $1`,
        [keyId],
      );
      gateway.nats.publish(KEYS_CHANGED);
    },
    /** Carries out the commands for keys, until the returned function is called. */
    answer: () =>
      gateway.answer(async (subject, data, headers) => {
        const { kind, id } = JSON.parse(headers['Syn-Actor'] ?? '') as { kind: string; id: string };
        try {
          await carryOut(subject, data, `${kind}:${id}`);
          return { done: true };
        } catch (error) {
          if (!(error instanceof DomainError)) throw error;
          return refusedReply(error.code, error.refusal, error.message);
        }
      }),
  };
}

export const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
