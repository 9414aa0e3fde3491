import { createPool } from '@syntropic/postgres';
import { useDatabase } from '@syntropic/testing';
import { newApiKey, secretHashOf } from './api-key';
import { aKeyIn, anId } from './testing/a-key';
import { ApiKeys } from './api-keys';
import { KEY_LIMITS } from './key-commands';

const database = useDatabase();

let pool: ReturnType<typeof createPool>;
let keys: ApiKeys;
beforeAll(() => {
  pool = createPool(database.urlAs('syn_command_service'));
  keys = new ApiKeys(pool);
});
afterAll(() => pool.end());

const aKey = (name?: string) => aKeyIn(keys, name);

describe('changes of keys', () => {
  it('that are repeated change nothing', async () => {
    const key = await aKey('twice');
    const again = { keyId: key.keyId, name: 'twice', role: 'operator', scopes: [], lifetimeDays: 1 } as const;
    await keys.create({ ...again, secretHash: key.secretHash }, 'user:bob');
    await expect(keys.find(key.keyId)).resolves.toMatchObject({ createdBy: 'user:ada', status: 'active' });

    const secretHash = secretHashOf(newApiKey(key.keyId));
    const rotation = { keyId: key.keyId, secretHash, graceSeconds: 5, lifetimeDays: 1 };
    await keys.rotate(rotation, 'user:ada');
    await keys.rotate(rotation, 'user:bob');
    await keys.revoke(key, 'user:ada');
    await keys.revoke(key, 'user:bob');
    await expect(keys.find(key.keyId)).resolves.toMatchObject({
      rotatedBy: 'user:ada',
      revokedBy: 'user:ada',
      status: 'revoked',
    });
  });

  it('are refused where they cannot be', async () => {
    const { keyId } = await aKey();
    const secretHash = secretHashOf(newApiKey(keyId));
    const other = { keyId, name: 'other', role: 'admin', scopes: [], secretHash, lifetimeDays: 1 } as const;
    const rotation = { secretHash, graceSeconds: 0, lifetimeDays: 1 };

    await expect(keys.create(other, 'user:bob')).rejects.toMatchObject({ code: 'key.already_exists' });
    await expect(keys.rotate({ ...rotation, keyId: anId() }, 'x')).rejects.toMatchObject({ code: 'key.not_found' });
    await expect(keys.revoke({ keyId: anId() }, 'x')).rejects.toMatchObject({ code: 'key.not_found' });
    await keys.revoke({ keyId }, 'user:ada');
    await expect(keys.rotate({ ...rotation, keyId }, 'x')).rejects.toMatchObject({ code: 'key.revoked' });
  });

  it('are refused while there are as many valid keys as there may be', async () => {
    const first = await aKey('first');
    await database.pool.query(
      `insert into ops.api_keys select (jsonb_populate_record(k, jsonb_build_object('key_id', 'key-many' || n, 'revision', 1000000 + n))).*
       from ops.api_keys k, generate_series(1, $2) n where k.key_id = $1`,
      [first.keyId, KEY_LIMITS.valid],
    );

    await expect(aKey('one more')).rejects.toMatchObject({ code: 'key.too_many' });
    await database.pool.query(`delete from ops.api_keys where key_id like 'key-many%'`);
    await expect(aKey('one more')).resolves.toMatchObject({ keyId: expect.any(String) as string });
  });

  it('keep keys for a year after their end', async () => {
    const [old, recent] = [await aKey(), await aKey()];
    for (const [key, days] of [
      [old, 401],
      [recent, 399],
    ] as const) {
      await database.pool.query(
        `update ops.api_keys set revoked_at = now() - make_interval(days => $2) where key_id = $1`,
        [key.keyId, days],
      );
    }

    await keys.forget();
    await expect(keys.find(old.keyId)).rejects.toMatchObject({ code: 'key.not_found' });
    await expect(keys.find(recent.keyId)).resolves.toMatchObject({ status: 'revoked' });
  });
});
