import type { ApiKeyId } from '@syntropic/kernel';
import { createPool } from '@syntropic/postgres';
import { createDatabase, eventually, useDatabase, usePostgres } from '@syntropic/testing';
import type { Pool } from 'pg';
import { newApiKey, secretHashOf } from './api-key';
import { ApiKeys } from './api-keys';
import { aKeyIn, anId } from './testing/a-key';
import { KeyDirectory, type DirectoryOptions } from './key-directory';

const HOUR_MS = 3_600_000;

const database = useDatabase();
const pools: Pool[] = [];

let keys: ApiKeys;

const poolAs = (url: string): Pool => {
  const pool = createPool(url);
  pools.push(pool);
  return pool;
};
const aDirectory = (options?: DirectoryOptions) => new KeyDirectory(poolAs(database.urlAs('syn_gateway')), options);
const aKey = () => aKeyIn(keys);

beforeAll(() => {
  keys = new ApiKeys(poolAs(database.urlAs('syn_command_service')));
});
afterAll(() => Promise.all(pools.map((pool) => pool.end())));

describe('a directory of keys', () => {
  it('that has read nothing trusts and knows nothing', () => {
    const directory = aDirectory();

    expect([directory.isTrusted, directory.hasKeys, directory.streamSecret]).toEqual([false, false, undefined]);
  });

  it('is open until the first key, and never again', async () => {
    const directory = aDirectory();
    await directory.refresh();
    expect([directory.isTrusted, directory.hasKeys]).toEqual([true, false]);

    const { keyId } = await aKey();
    await keys.revoke({ keyId }, 'user:ada');
    await database.pool.query('delete from ops.api_keys');
    await directory.refresh();
    expect([directory.isTrusted, directory.hasKeys]).toEqual([true, true]);
  });

  it('knows a key by its text alone', async () => {
    const { keyId, text } = await aKey();
    const directory = aDirectory();
    await directory.refresh();

    expect(directory.find(text)).toMatchObject({ keyId, role: 'operator', scopes: ['executions'] });
    const other = newApiKey(keyId);
    for (const wrong of [other, text.slice(0, -1), `${text}0`, text.toUpperCase(), keyId, '', 'syn_']) {
      expect(directory.find(wrong)).toBeUndefined();
    }
  });

  it('reads once more for a key that is new', async () => {
    const directory = aDirectory();
    await directory.refresh();
    const { keyId, text } = await aKey();

    expect(directory.find(text)).toBeUndefined();
    await expect(directory.findNew(text)).resolves.toMatchObject({ keyId });
    await expect(directory.findNew(newApiKey(anId()))).resolves.toBeUndefined();
    const next = await aKey();
    await expect(directory.findNew(next.text)).resolves.toMatchObject({ keyId: next.keyId });
  });

  it('learns of revocations without an announcement, and tells its listeners', async () => {
    const { keyId, text } = await aKey();
    const directory = aDirectory({ everyMs: 50 });
    const stop = new AbortController();
    const running = directory.run(stop.signal);
    await eventually(() => directory.find(text) !== undefined);
    let valid: boolean | undefined;
    directory.onRefresh(() => {
      valid = directory.findById(keyId) !== undefined;
    });

    await keys.revoke({ keyId }, 'user:ada');
    await eventually(() => valid === false);
    expect(directory.find(text)).toBeUndefined();
    stop.abort();
    await running;
  });

  it('learns of a revocation at once when it is announced', async () => {
    const { keyId, text } = await aKey();
    const directory = aDirectory({ everyMs: HOUR_MS });
    const stop = new AbortController();
    const running = directory.run(stop.signal);
    await eventually(() => directory.find(text) !== undefined);

    await keys.revoke({ keyId }, 'user:ada');
    directory.notify();
    await eventually(() => directory.find(text) === undefined);
    stop.abort();
    await running;
  });

  it('accepts the former secret after a rotation for as long as it was given', async () => {
    const directory = aDirectory();
    const [graced, cut] = [await aKey(), await aKey()];
    const rotated = async ({ keyId }: { keyId: ApiKeyId }, graceSeconds: number) => {
      const text = newApiKey(keyId);
      await keys.rotate({ keyId, secretHash: secretHashOf(text), graceSeconds, lifetimeDays: 2 }, 'user:ada');
      return text;
    };
    const [second, other] = [await rotated(graced, 600), await rotated(cut, 0)];
    await directory.refresh();
    expect([directory.find(graced.text), directory.find(second)]).toMatchObject([{ keyId: graced.keyId }, {}]);
    expect([directory.find(cut.text), directory.find(other)]).toMatchObject([undefined, { keyId: cut.keyId }]);

    const third = await rotated(graced, 600);
    await directory.refresh();
    expect([graced.text, second, third].map((text) => directory.find(text) !== undefined)).toEqual([false, true, true]);
  });

  it('forgets a key that has expired', async () => {
    const { keyId, text } = await aKey();
    const directory = aDirectory();
    await directory.refresh();
    expect(directory.find(text)).toBeDefined();
    await database.pool.query(
      `with head as (update ops.api_key_state set revision = revision + 1 returning revision)
       update ops.api_keys set revision = head.revision, expires_at = clock_timestamp() from head where key_id = $1`,
      [keyId],
    );

    await directory.refresh();
    expect(directory.find(text)).toBeUndefined();
  });

  it('reads all keys anew in another epoch of the log, also those of lower revisions', async () => {
    const { text, keyId } = await aKey();
    const directory = aDirectory();
    await directory.refresh();
    const { rows } = await database.pool.query<{ revision: number; head: number }>(
      `with gone as (delete from ops.api_keys where key_id = $1 returning revision)
       select gone.revision, s.revision as head from gone, ops.api_key_state s`,
      [keyId],
    );
    const restored = await aKey();
    await database.pool.query('update ops.api_keys set revision = $2 where key_id = $1', [
      restored.keyId,
      rows[0]?.revision,
    ]);
    await database.pool.query('update ops.api_key_state set revision = $1', [rows[0]?.head]);
    await database.pool.query('select log.begin_epoch(store_epoch, position, position) from log.log_head');

    await directory.refresh();
    expect(directory.find(text)).toBeUndefined();
    expect(directory.find(restored.text)).toBeDefined();
  });

  it('reads any number of keys', async () => {
    await database.pool.query(
      `insert into ops.api_keys (key_id, revision, name, role, scopes, secret_hash, created_by, expires_at)
       select 'key-' || lpad(to_hex(n), 12, '0'), revision + n, 'many', 'viewer', '{}', 'none', 'spec', clock_timestamp() + interval '1 day'
       from ops.api_key_state, generate_series(1, 2000) n`,
    );
    await database.pool.query('update ops.api_key_state set revision = revision + 2000');
    const directory = aDirectory();

    await directory.refresh();
    const known = Array.from({ length: 2_000 }, (_, index) => `key-${(index + 1).toString(16).padStart(12, '0')}`);
    expect(known.filter((keyId) => directory.findById(keyId) === undefined)).toEqual([]);
  });
});

describe('without its database', () => {
  const postgres = usePostgres();

  it('a directory trusts its keys for a limited time', async () => {
    const own = await createDatabase(postgres.url);
    const directory = new KeyDirectory(poolAs(own.urlAs('syn_gateway')), { trustedMs: 500 });
    await directory.refresh();
    expect(directory.isTrusted).toBe(true);

    await postgres.stop();
    await expect(directory.refresh()).rejects.toThrow();
    await eventually(() => !directory.isTrusted);
    await postgres.start();
    await eventually(async () => {
      await directory.refresh();
      expect(directory.isTrusted).toBe(true);
    });
    await own.pool.end();
  });
});
