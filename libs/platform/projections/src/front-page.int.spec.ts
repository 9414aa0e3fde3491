import { EventAppender, PostgresEventLog } from '@syntropic/event-store';
import { eventually, useDatabase, useNats, useRedis } from '@syntropic/testing';
import fc from 'fast-check';
import { connect, type NatsConnection } from 'nats';
import { announceOver } from './announcement';
import { fold, type Versioned } from './fold';
import { parsePosition, formatPosition } from './position';
import type { AnyRow, RowOf } from './projection';
import { ReadModels } from './read-models';
import { createRedis, RowCache } from './row-cache';
import { Accounts, balances, makeTables, type AccountEvent } from './testing/accounts';
import { Worker } from './testing/worker';

const paid = (account: string): AccountEvent => ({ type: 'AmountPaid', data: { account, tags: ['x'], usd: '1' } });
const opened = (account: string): AccountEvent => ({
  type: 'AccountOpened',
  data: { account, tags: ['x'], at: '2026-01-01T00:00:00Z' },
});

type Row = RowOf<typeof balances>;
const LIST = { orderBy: [['payments', 'desc']], limit: 3 } as const;

const database = useDatabase();
const redis = useRedis();
const nats = useNats();
let accounts: Accounts;
let connection: NatsConnection;
let cache: ReturnType<typeof createRedis>;
let readModels: ReadModels;
let worker: Worker;

beforeAll(async () => {
  await makeTables(database.pool);
  accounts = new Accounts(new EventAppender(database.pool));
  const { host, username, password } = new URL(nats.url);
  connection = await connect({ servers: host, user: username, pass: password });
  cache = createRedis(redis.url);
  readModels = new ReadModels({ pool: database.pool, redis: cache, nats: connection });
  start();
});
afterAll(async () => {
  await worker.stop();
  readModels.close();
  cache.disconnect();
  await connection.close();
});

function start(): void {
  const url = database.urlAs('syn_projection_worker');
  worker = new Worker({ url, redisUrl: redis.url, announce: announceOver(connection) });
}

const log = () => new PostgresEventLog(database.pool);
const at = async (position: number) => parsePosition(formatPosition({ epoch: (await log().head()).epoch, position }));
const front = async (position: number) =>
  readModels.page(balances, { ...LIST, isFront: true, minPosition: await at(position) });

let mark = 1_000;

/** Changes the table without an event: a front page without the change comes from the cache. */
async function marked(position: number): Promise<number> {
  mark++;
  await eventually(async () => {
    await front(position);
    expect(await cache.keys('page:balance:*')).not.toEqual([]);
    await database.pool.query('update read.balance_v1 set average = $1', [mark]);
    const { rows } = await front(position);
    expect(rows.map(({ average }) => average)).not.toContain(mark);
  });
  return mark;
}

describe('the front page of a list', () => {
  it('comes from the cache until an event changes it', async () => {
    const last = await accounts.append(opened('a'), opened('b'), paid('b'));
    expect((await front(last)).rows.map(({ account }) => account)).toEqual(['b', 'a']);
    const average = await marked(last);

    expect(await front(await accounts.append(opened('c')))).toMatchObject({ total: 3, rows: [{ average }, {}, {}] });
  });

  it('differs by order and length, and comes from Postgres with a filter', async () => {
    const average = await marked(await accounts.append(paid('a')));

    for (const other of [{ limit: 2 }, { orderBy: [['payments', 'asc']] as const }]) {
      const { rows } = await readModels.page(balances, { ...LIST, ...other, isFront: true });
      expect(rows).toEqual(rows.map(() => expect.objectContaining({ average }) as unknown));
    }
    const { rows } = await readModels.page(balances, { ...LIST, where: { account: 'a' } });
    expect(rows).toMatchObject([{ average }]);
  });

  it('is not older than another page that was read before it, also without announcements', async () => {
    const unaware = new ReadModels({ pool: database.pool, redis: cache });
    await marked(await accounts.append(paid('a')));
    await unaware.page(balances, { ...LIST, isFront: true });
    await readModels.page(balances, { limit: 0, minPosition: await at(await accounts.append(opened('d'))) });

    expect(await unaware.page(balances, { limit: 0 })).toMatchObject({ total: 4 });
    expect(await unaware.page(balances, { ...LIST, isFront: true })).toMatchObject({ total: 4 });
    unaware.close();
  });

  it('that is stored late is neither kept nor returned', async () => {
    await accounts.append(paid('a'));
    const position = await accounts.append(paid('b'));
    const page = await front(position);
    const cachedKey = await eventually(async () => {
      const [key] = (await cache.keys('page:balance:*')).filter((name) => name.endsWith(JSON.stringify(LIST)));
      expect(key).toBeDefined();
      return key ?? '';
    });
    const [, , , epoch = ''] = cachedKey.split(':');
    const rows = new RowCache(cache);
    const late = { position: position - 1, page: { rows: [], total: 0, next: null } };

    await eventually(async () => {
      expect(await rows.getPage(balances, epoch, JSON.stringify(LIST))).toMatchObject({ position });
    });
    await rows.putPage(balances, epoch, JSON.stringify(LIST), late);
    expect(await front(position)).toEqual(page);

    await cache.del(cachedKey);
    await rows.putPage(balances, epoch, JSON.stringify(LIST), late);
    expect(await front(position)).toEqual(page);
  });
});

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ append: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 }) }),
  },
  { weight: 8, arbitrary: fc.record({ read: fc.nat(3), isFresh: fc.boolean() }) },
  { weight: 2, arbitrary: fc.constant({ replaceWorker: true } as const) },
  { weight: 2, arbitrary: fc.record({ redis: fc.constantFrom('stop', 'start', 'flush', 'cut') }) },
  { weight: 2, arbitrary: fc.constant({ storeLate: true } as const) },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

/** The page that a reader received, the minimum position it requested, and when. */
type Answer = Readonly<{ page: string; minimum: number; begun: number; ended: number }>;

describe('a reader of front pages while cache and worker fail', () => {
  it('receives the page of one position, not below the requested one, and never an older one afterwards', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), async (steps) => {
        const answers: Answer[] = [];
        const underway: Promise<unknown>[] = [];
        for (const one of steps) await take(one, answers, underway);
        await Promise.all(underway);
        await revive();
        expectTrue(answers, await statesByPosition());
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });

  let clock = 0;
  let last = 0;
  let old: Awaited<ReturnType<RowCache['getPage']>>;

  async function take(one: Step, answers: Answer[], underway: Promise<unknown>[]): Promise<void> {
    if ('append' in one) last = await accounts.append(...one.append.map(paid));
    else if ('read' in one) {
      const reads = Array.from({ length: one.read + 1 }, () => read(one.isFresh ? last : 0, answers));
      if (one.isFresh) await Promise.all(reads);
      else underway.push(...reads);
    } else if ('replaceWorker' in one) {
      await worker.stop();
      start();
    } else if ('storeLate' in one) await storeLate();
    else await disturb(one.redis);
  }

  async function read(minimum: number, answers: Answer[]): Promise<void> {
    const begun = clock++;
    const minPosition = minimum > 0 ? await at(minimum) : undefined;
    const { rows } = await readModels.page(balances, { ...LIST, isFront: true, minPosition });
    answers.push({ page: described(rows), minimum, begun, ended: clock++ });
  }

  /** Another replica stores a page in the cache that it has read some time ago. */
  async function storeLate(): Promise<void> {
    const [key] = await cache.keys('page:balance:*').catch(() => []);
    const [, , , epoch = ''] = key?.split(':') ?? [];
    const rows = new RowCache(cache);
    const cached = await rows.getPage(balances, epoch, JSON.stringify(LIST)).catch(() => undefined);
    if (old) await rows.putPage(balances, epoch, JSON.stringify(LIST), old).catch(() => undefined);
    old = cached ?? old;
  }

  async function disturb(how: 'stop' | 'start' | 'flush' | 'cut'): Promise<void> {
    if (how === 'stop') await redis.stop();
    else if (how === 'start') await revive();
    else if (how === 'flush') await cache.flushall().catch(() => undefined);
    else await cache.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes').catch(() => undefined);
  }

  async function revive(): Promise<void> {
    if (redis.pid === undefined) await redis.start();
    await eventually(() => cache.status === 'ready');
  }

  /** The page after each event of the log, by a plain fold. */
  async function statesByPosition(): Promise<readonly string[]> {
    const rows = new Map<string, Versioned>();
    const states = [''];
    for (const event of (await log().read(0, 100_000)).events) {
      for (const [key, row] of fold(balances, rows, [event])) rows.set(key, row);
      states.push(described([...rows.values()].flatMap(({ row }) => (row ? [row] : []))));
    }
    return states;
  }

  function expectTrue(answers: readonly Answer[], states: readonly string[]): void {
    for (const answer of answers) {
      const latest = states.lastIndexOf(answer.page);
      expect(latest).toBeGreaterThanOrEqual(answer.minimum);
      for (const earlier of answers.filter(({ ended }) => ended < answer.begun)) {
        expect(latest).toBeGreaterThanOrEqual(states.indexOf(earlier.page));
      }
    }
  }
});

const described = (rows: readonly (AnyRow | Row)[]): string =>
  (rows as readonly Row[])
    .toSorted((one, other) => other.payments - one.payments || (one.account > other.account ? -1 : 1))
    .slice(0, LIST.limit)
    .map(({ account, payments, detail }) => `${account} ${payments} ${detail.trace}`)
    .join(', ');
