import { EventAppender, PostgresEventLog } from '@syntropic/event-store';
import type { Recorded } from '@syntropic/kernel';
import { eventually, useDatabase, useRedis } from '@syntropic/testing';
import fc from 'fast-check';
import { ReadModelBehind } from './position';
import type { Projection } from './projection';
import { ReadModels } from './read-models';
import { createRedis } from './row-cache';
import { Accounts, makeTables, balances, PROJECTIONS, type AccountEvent } from './testing/accounts';
import { expectRebuildEquals } from './testing/rebuild';
import { Worker } from './testing/worker';

const account = fc.constantFrom('a', 'b', 'c', 'd');
const tags = fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { minLength: 1 });
const accountEvent: fc.Arbitrary<AccountEvent> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ account, tags, at: fc.constant('2026-01-02T03:04:05.006Z') }).map(opened) },
  { weight: 5, arbitrary: fc.record({ account, tags, usd: fc.constantFrom('0.1', '12', '99.123456789') }).map(paid) },
  { weight: 1, arbitrary: fc.record({ account, tags }).map(closed) },
);

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(accountEvent, { minLength: 1, maxLength: 30 }).map((events) => ({ append: events })),
  },
  { weight: 3, arbitrary: fc.constant({ start: true } as const) },
  { weight: 2, arbitrary: fc.record({ kill: fc.nat(1), afterStatements: fc.nat(12) }) },
  { weight: 1, arbitrary: fc.record({ stop: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ freeze: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.constant({ cutConnections: true } as const) },
  { weight: 3, arbitrary: fc.record({ redis: fc.constantFrom('stop', 'start', 'flush', 'cut') }) },
  { weight: 4, arbitrary: fc.record({ read: account, fresh: fc.boolean() }) },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

describe('two workers while processes and servers fail', () => {
  const database = useDatabase();
  const redis = useRedis();
  let accounts: Accounts;
  let readModels: ReadModels;
  let cache: ReturnType<typeof createRedis>;
  let workers: Worker[] = [];
  /** Reads in the background: they fill the cache while it changes. */
  const backgroundReads: Promise<unknown>[] = [];

  beforeAll(async () => {
    await makeTables(database.pool);
    accounts = new Accounts(new EventAppender(database.pool));
    cache = createRedis(redis.url);
    readModels = new ReadModels({ pool: database.pool, redis: cache });
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
    readModels.close();
    cache.disconnect();
  });

  it('leave the tables that a plain fold of the log leads to, and a correct cache', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 14 }), async (steps) => {
        for (const one of steps) await take(one);
        await settle();
        for (const projection of PROJECTIONS) await expectCaughtUp(projection);
      }),
      { numRuns: 18, endOnFailure: true },
    );
  });

  async function take(one: Step): Promise<void> {
    if ('append' in one) await accounts.append(...one.append);
    else if ('start' in one) start();
    else if ('kill' in one) await workers[one.kill]?.kill(one.afterStatements);
    else if ('stop' in one) await end(workers[one.stop]);
    else if ('freeze' in one) workers[one.freeze]?.freeze();
    else if ('cutConnections' in one) await cutConnections();
    else if ('read' in one) await read(one.read, one.fresh);
    else await disturb(one.redis);
  }

  async function disturb(how: 'stop' | 'start' | 'flush' | 'cut'): Promise<void> {
    if (how === 'stop') await redis.stop();
    else if (how === 'start') await revive();
    else if (how === 'flush') await cache.flushall().catch(() => undefined);
    else await cache.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes').catch(() => undefined);
  }

  function start(): void {
    if (workers.length < 2)
      workers.push(new Worker({ url: database.urlAs('syn_projection_worker'), redisUrl: redis.url }));
  }

  async function end(worker: Worker | undefined): Promise<void> {
    await worker?.stop();
    workers = workers.filter((one) => one !== worker);
  }

  async function revive(): Promise<void> {
    if (redis.pid === undefined) await redis.start();
    await eventually(() => cache.status === 'ready');
  }

  const cutConnections = () =>
    database.pool.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and usename = 'syn_projection_worker'`);

  /** Nothing is appended meanwhile, so a row at the head is either correct or rejected. */
  async function read(id: string, fresh: boolean): Promise<void> {
    if (!fresh) {
      backgroundReads.push(readModels.get(balances, id).catch(() => undefined));
      return;
    }
    const log = new PostgresEventLog(database.pool);
    try {
      const row = await readModels.get(balances, id, { minPosition: await log.head() });
      expect(row).toEqual(plainFold(balances, (await log.read(0, 100_000)).events).get(id));
    } catch (error) {
      if (!(error instanceof ReadModelBehind)) throw error;
    }
  }

  async function settle(): Promise<void> {
    await revive();
    await Promise.all(backgroundReads);
    for (const worker of workers) worker.thaw();
    await eventually(async () => {
      await removeDead();
      start();
      const head = await accounts.append(opened({ account: 'last', tags: ['x'], at: '2026-01-02T03:04:05.006Z' }));
      await eventually(() => expectCheckpointsAt(head), { within: 500 });
    });
  }

  async function removeDead(): Promise<void> {
    await Promise.all(workers.filter(({ isDead }) => isDead).map((worker) => worker.kill()));
    workers = workers.filter(({ isDead }) => !isDead);
  }

  async function expectCheckpointsAt(head: number): Promise<void> {
    const { rows } = await database.pool.query(
      'select position, cached_position, cache_epoch is null as uncached from read.checkpoints',
    );
    expect(rows).toEqual(PROJECTIONS.map(() => ({ position: head, cached_position: head, uncached: false })));
  }

  async function expectCaughtUp(projection: Projection): Promise<void> {
    const expected = plainFold(projection, (await new PostgresEventLog(database.pool).read(0, 100_000)).events);
    const { rows } = await readModels.page(projection, { limit: 1_000 });
    expect(new Map(rows.map((row) => [String(row[projection.key]), row]))).toEqual(expected);
    await expectRebuildEquals(projection, database.pool);

    const minPosition = await new PostgresEventLog(database.pool).head();
    for (const key of ['a', 'b', 'c', 'd', 'x', 'y', 'z']) {
      expect(await readModels.get(projection, key, { minPosition })).toEqual(expected.get(key));
    }
    await expectCacheRight(projection, expected);
  }

  async function expectCacheRight({ name, version }: Projection, expected: ReadonlyMap<string, object>): Promise<void> {
    const { rows } = await database.pool.query<{ epoch: string }>(
      'select cache_epoch as epoch from read.checkpoints where projection = $1',
      [name],
    );
    const prefix = `rm:${name}:${version}:${rows[0]?.epoch ?? ''}:`;
    for (const key of await cache.keys(`${prefix}*`)) {
      const value = (await cache.get(key)) ?? '';
      const row: unknown = JSON.parse(value.slice(value.indexOf(':') + 1));
      expect(row).toEqual(expected.get(key.slice(prefix.length)) ?? null);
    }
  }
});

function plainFold(projection: Projection, events: readonly Recorded[]): Map<string, object> {
  const rows = new Map<string, Readonly<Record<string, unknown>>>();
  for (const event of events.filter(({ type }) => projection.types.includes(type))) {
    for (const key of projection.keys(event)) {
      const row = projection.foldOf(event.type)?.(rows.get(key), event, key);
      if (row) rows.set(key, row);
      if (row === null) rows.delete(key);
    }
  }
  return rows;
}

function opened(data: { account: string; tags: string[]; at: string }): AccountEvent {
  return { type: 'AccountOpened', data };
}
function paid(data: { account: string; tags: string[]; usd: string }): AccountEvent {
  return { type: 'AmountPaid', data };
}
function closed(data: { account: string; tags: string[] }): AccountEvent {
  return { type: 'AccountClosed', data };
}
