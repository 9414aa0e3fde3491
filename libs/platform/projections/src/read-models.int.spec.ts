import { EventAppender, PostgresEventLog } from '@syntropic/event-store';
import { createPool } from '@syntropic/postgres';
import { eventually, useDatabase, useNats, useRedis } from '@syntropic/testing';
import { connect, type NatsConnection } from 'nats';
import { announceOver } from './announcement';
import type { PageQuery } from './page';
import { formatPosition, parsePosition, ReadModelBehind } from './position';
import type { RowOf } from './projection';
import { ReadModels } from './read-models';
import { createRedis, RowCache } from './row-cache';
import { Accounts, makeTables, balances, tagUse, type AccountEvent } from './testing/accounts';
import { Worker } from './testing/worker';

const opened = (account: string, day = 1): AccountEvent => ({
  type: 'AccountOpened',
  data: { account, tags: ['x'], at: `2026-01-0${day}T00:00:00Z` },
});
const paid = (account: string, usd = '1'): AccountEvent => ({
  type: 'AmountPaid',
  data: { account, tags: ['x'], usd },
});
const closed = (account: string): AccountEvent => ({ type: 'AccountClosed', data: { account, tags: [] } });

const database = useDatabase();
const redis = useRedis();
const nats = useNats();
let accounts: Accounts;
let connection: NatsConnection;
let cache: ReturnType<typeof createRedis>;
let readModels: ReadModels;
let worker: Worker | undefined;

beforeAll(async () => {
  await makeTables(database.pool);
  accounts = new Accounts(new EventAppender(database.pool));
  const { host, username, password } = new URL(nats.url);
  connection = await connect({ servers: host, user: username, pass: password });
  cache = createRedis(redis.url);
  readModels = new ReadModels({ pool: database.pool, redis: cache, nats: connection });
});
beforeEach(() => {
  worker = start();
});
afterEach(() => worker?.stop());
afterAll(async () => {
  readModels.close();
  cache.disconnect();
  await connection.close();
});

function start(): Worker {
  const url = database.urlAs('syn_projection_worker');
  return new Worker({ url, redisUrl: redis.url, announce: announceOver(connection) });
}

const epoch = async () => (await new PostgresEventLog(database.pool).head()).epoch;
const at = async (position: number) => parsePosition(formatPosition({ epoch: await epoch(), position }));

/** Waits until everything up to the position is in the cache. */
const cached = async (position: number) => {
  await eventually(async () => {
    const { rows } = await database.pool.query<{ cached: number }>(
      `select cached_position as cached from read.checkpoints where cache_epoch is not null and position = cached_position`,
    );
    expect(rows.map((row) => row.cached)).toEqual([position, position, position]);
  });
  return at(position);
};

describe('a row', () => {
  it('includes the events up to the requested position', async () => {
    for (const usd of ['1', '2', '3']) {
      const minPosition = await at(await accounts.append(opened('own'), paid('own', usd)));
      expect(await readModels.get(balances, 'own', { minPosition })).toMatchObject({ paid: usd });
    }
    expect(await readModels.get(balances, 'unknown', { minPosition: await at(1) })).toBeUndefined();
  });

  it('comes from the cache, also after the worker changed it', async () => {
    await cached(await accounts.append(opened('warm')));
    await database.pool.query(`update read.balance_v1 set payments = 99 where account = 'warm'`);
    const minPosition = await cached(await accounts.append(paid('other')));

    expect(await readModels.get(balances, 'warm', { minPosition })).toMatchObject({ payments: 0 });
    await cache.flushall();
    expect(await readModels.get(balances, 'warm', { minPosition })).toMatchObject({ payments: 99 });
    await eventually(async () => (await cache.keys('rm:balance:1:*:warm')).length === 1);
  });

  it('that was deleted is gone from the cache too', async () => {
    await cached(await accounts.append(opened('gone')));
    const minPosition = await cached(await accounts.append(closed('gone')));

    expect(await readModels.get(balances, 'gone', { minPosition })).toBeUndefined();
  });

  it('that changed while the worker was disconnected from the cache is not taken from there', async () => {
    await cached(await accounts.append(opened('cut')));
    worker?.loseCache();
    const minPosition = await at(await accounts.append(paid('cut')));
    await readModels.page(balances, { limit: 0, minPosition });

    await eventually(() => worker?.findCache() ?? false);
    let last = 0;
    await eventually(async () => {
      last = await accounts.append(paid('other'));
      const { rows } = await database.pool.query('select from read.checkpoints where cache_epoch is null');
      return rows.length === 0;
    });
    expect(await readModels.get(balances, 'cut', { minPosition: await cached(last) })).toMatchObject({ payments: 1 });
  });

  it('that the cache restored while no worker ran is not taken from there', async () => {
    await cached(await accounts.append(opened('back')));
    const [key = ''] = await cache.keys('rm:balance:1:*:back');
    const older = (await cache.get(key)) ?? '';
    const minPosition = await cached(await accounts.append(paid('back')));
    await worker?.stop();
    await cache.set(key, older);
    worker = start();
    await eventually(async () => {
      expect(await readModels.get(balances, 'back', { minPosition })).toMatchObject({ payments: 1 });
    });
  });

  it('is served by announcements alone, without a query in Postgres', async () => {
    const pool = createPool(database.urlAs('syn_collector'));
    const blind = new ReadModels({ pool, redis: cache, nats: connection });
    await eventually(async () => {
      const minPosition = await at(await accounts.append(opened('told')));
      await cached(minPosition.position);
      expect(await blind.get(balances, 'told', { minPosition })).toMatchObject({ account: 'told' });
    });
    blind.close();
    await pool.end();
  });

  it('is read from Postgres while there is no Redis', async () => {
    await redis.stop();
    const minPosition = await at(await accounts.append(opened('slow')));
    expect(await readModels.get(balances, 'slow', { minPosition })).toMatchObject({ account: 'slow' });
    await redis.start();
    await eventually(() => cache.status === 'ready');
  });

  it('in the cache is not replaced by an older one', async () => {
    const rows = new RowCache(cache);
    const put = (position: number, row: object | null) =>
      rows.put(balances, 'epoch', new Map([['a', { position, row: row as Record<string, unknown> | null }]]));
    await put(5, { payments: 5 });
    await put(4, { payments: 4 });
    expect(await rows.get(balances, 'epoch', 'a')).toEqual({ position: 5, row: { payments: 5 } });

    await put(9_007_199_254_740_991, null);
    await put(6, { payments: 6 });
    expect(await rows.get(balances, 'epoch', 'a')).toEqual({ position: 9_007_199_254_740_991, row: null });
    expect(await cache.pttl('rm:balance:1:epoch:a')).toBeGreaterThan(3_500_000);
  });
});

describe('a minimum position', () => {
  it('that is not reached in time is an error of its own', async () => {
    await worker?.stop();
    const minPosition = await at(await accounts.append(paid('own')));

    await expect(readModels.get(balances, 'own', { minPosition })).rejects.toThrow(ReadModelBehind);
    await expect(readModels.page(balances, { limit: 1, minPosition })).rejects.toMatchObject({
      code: 'read_model.behind',
    });
  });

  it('of another log is refused', async () => {
    const minPosition = { epoch: '00000000-0000-4000-8000-000000000000', position: 1 };

    await expect(readModels.get(balances, 'own', { minPosition })).rejects.toMatchObject({
      code: 'position.other_epoch',
    });
  });
});

describe('a page', () => {
  beforeAll(async () => {
    const head = await accounts.append(
      ...[opened('p1', 1), opened('p2', 2), opened('p3', 3), opened('p%4', 4), paid('p2'), paid('p3')],
    );
    worker = start();
    await readModels.page(balances, { limit: 0, minPosition: await at(head) });
    await worker.stop();
  });

  const accountsOn = async (query: Partial<PageQuery<RowOf<typeof balances>>>) => {
    const { rows, total } = await readModels.page(balances, { limit: 10, ...query });
    return { accounts: rows.map(({ account }) => account), total };
  };
  const mine = ['p1', 'p2', 'p3', 'p%4'];

  it('has its total, also past the end', async () => {
    const where = { account: { in: mine } };
    expect(await accountsOn({ where, limit: 2 })).toEqual({ accounts: ['p%4', 'p1'], total: 4 });
    expect(await accountsOn({ where, limit: 2, offset: 2 })).toEqual({ accounts: ['p2', 'p3'], total: 4 });
    expect(await accountsOn({ where, offset: 4 })).toEqual({ accounts: [], total: 4 });
  });

  it('has the rows that fulfil every condition', async () => {
    const account = { in: mine };
    expect(await accountsOn({ where: { account, status: 'paid' } })).toEqual({ accounts: ['p2', 'p3'], total: 2 });
    expect(await accountsOn({ where: { account, paid_at: null, large: false } })).toMatchObject({ total: 2 });
    expect(
      await accountsOn({
        where: { account, opened_at: { '>=': '2026-01-02T00:00:00Z', '<=': '2026-01-03T00:00:00.000Z' } },
      }),
    ).toEqual({ accounts: ['p2', 'p3'], total: 2 });
    expect(await accountsOn({ where: { account, payments: { '>=': 1 }, status: undefined } })).toMatchObject({
      total: 2,
    });
  });

  it('is ordered as requested, and by key among equal rows', async () => {
    const where = { account: { in: mine } };
    expect(
      await accountsOn({
        where,
        orderBy: [
          ['status', 'desc'],
          ['opened_at', 'desc'],
        ],
      }),
    ).toMatchObject({
      accounts: ['p3', 'p2', 'p%4', 'p1'],
    });
    expect(await accountsOn({ where, orderBy: [['payments', 'asc']] })).toMatchObject({
      accounts: ['p%4', 'p1', 'p2', 'p3'],
    });
  });

  it('refuses columns that do not exist', async () => {
    // @ts-expect-error JSON cannot be filtered
    await expect(readModels.page(balances, { limit: 1, where: { detail: 'x' } })).rejects.toThrow();
    // @ts-expect-error there is no such column
    await expect(readModels.page(balances, { limit: 1, where: { 'a; drop table x': 1 } })).rejects.toThrow('no column');
    // @ts-expect-error there is no such column
    await expect(readModels.page(tagUse, { limit: 1, orderBy: [['nothing', 'asc']] })).rejects.toThrow('no column');
  });

  it('of ids has the requested prefix', async () => {
    expect(await readModels.idsWithPrefix(balances, 'p')).toEqual(['p%4', 'p1', 'p2', 'p3']);
    expect(await readModels.idsWithPrefix(balances, 'p%')).toEqual(['p%4']);
    expect(await readModels.idsWithPrefix(balances, 'P')).toEqual([]);
  });
});
