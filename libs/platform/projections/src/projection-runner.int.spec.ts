import { EventAppender } from '@syntropic/event-store';
import { createPool } from '@syntropic/postgres';
import { eventually, useDatabase } from '@syntropic/testing';
import type { Pool } from 'pg';
import { z } from 'zod';
import { ParkEvent, ProjectionOperator, RetryProjection } from './operator';
import { projection } from './projection';
import { projectionStates } from './projection-states';
import { Accounts, makeTables, balances, closings, PROJECTIONS, tagUse, type AccountEvent } from './testing/accounts';
import { expectRebuildEquals } from './testing/rebuild';
import { Worker } from './testing/worker';

const opened = (account: string): AccountEvent => ({
  type: 'AccountOpened',
  data: { account, tags: ['x'], at: '2026-01-02T03:04:05Z' },
});
const paid = (account: string, usd = '1.50'): AccountEvent => ({
  type: 'AmountPaid',
  data: { account, tags: ['x', 'y'], usd },
});

let cured = false;
/** Fails at a payment of 13, until it is cured. */
const fragile = projection<AccountEvent>()({
  name: 'fragile',
  version: 1,
  streams: ['account'],
  row: z.object({ account: z.string(), payments: z.int() }),
  key: 'account',
  keys: ({ data }) => [data.account],
  on: {
    AmountPaid: (row, { data: { account, usd } }) => {
      if (usd === '13' && !cured) throw new Error('thirteen');
      return { account, payments: (row?.payments ?? 0) + 1 };
    },
  },
});

describe('workers', () => {
  const database = useDatabase();
  let accounts: Accounts;
  let workers: Worker[] = [];
  let operators: Pool;
  let operator: ProjectionOperator;

  beforeAll(async () => {
    operators = createPool(database.urlAs('syn_command_service'), { max: 1 });
    operator = new ProjectionOperator(operators);
    await makeTables(database.pool, [...PROJECTIONS, fragile]);
    accounts = new Accounts(new EventAppender(database.pool));
  });
  afterAll(() => operators.end());
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    workers = [];
  });

  function work(options: Partial<ConstructorParameters<typeof Worker>[0]> = {}): Worker {
    const worker = new Worker({ url: database.urlAs('syn_projection_worker'), ...options });
    workers.push(worker);
    return worker;
  }

  async function checkpoints(): Promise<Record<string, { position: number; status: string; error: string | null }>> {
    const { rows } = await database.pool.query<{
      name: string;
      position: number;
      status: string;
      error: string | null;
    }>('select projection as name, position, status, error from read.checkpoints');
    return Object.fromEntries(rows.map(({ name, ...checkpoint }) => [name, checkpoint]));
  }

  async function expectLive(position: number, ...names: readonly { name: string }[]): Promise<void> {
    const live = Object.fromEntries(names.map(({ name }) => [name, { position, status: 'live', error: null }]));
    await eventually(async () => {
      expect(await checkpoints()).toMatchObject(live);
    });
  }

  const stateOf = async (name: string) => (await projectionStates(database.pool)).find((state) => state.name === name);

  /** The transaction that wrote each row. */
  async function writers(): Promise<readonly unknown[]> {
    const { rows } = await database.pool.query<object>('select account, xmin::text from read.balance_v1');
    return rows;
  }

  const ownedBy = (worker: Worker) => worker.runner.owned.length;

  it('leave the rows that a rebuild leads to', async () => {
    work();
    const head = await accounts.append(opened('a'), paid('a'), paid('b'), paid('a', '0.000000001'));
    await expectLive(head, ...PROJECTIONS);

    for (const one of PROJECTIONS) await expectRebuildEquals(one, database.pool);
  });

  it('share the projections, and release those beyond their share', async () => {
    const [one, other] = [work(), work()];
    await eventually(() => ownedBy(one) + ownedBy(other) === 3 && Math.max(ownedBy(one), ownedBy(other)) === 2);

    await one.stop();
    await eventually(() => ownedBy(other) === 3);
    const head = await accounts.append(paid('a'));
    await expectLive(head, ...PROJECTIONS);
  });

  it('take over from a dead one when its lease has ended', async () => {
    const dead = work();
    await eventually(() => ownedBy(dead) === 3);
    await dead.kill();
    const head = await accounts.append(paid('a'));
    const heir = work();

    await expectLive(head, ...PROJECTIONS);
    expect(ownedBy(heir)).toBe(3);
  });

  it('write nothing for projections that another worker has claimed meanwhile', async () => {
    const slow = work();
    await eventually(() => ownedBy(slow) === 3 && slow.runner.owned.every(({ mode }) => mode === 'live'));
    slow.freeze();
    const before = await accounts.append(opened('c'), paid('c'));
    const quick = work();
    await expectLive(before, ...PROJECTIONS);
    const written = await writers();

    slow.thaw();
    await eventually(() => ownedBy(slow) === 1 && ownedBy(quick) === 2);
    expect(await writers()).toEqual(written);
    for (const one of PROJECTIONS) await expectRebuildEquals(one, database.pool);
  });

  it('stop a projection before the event it cannot fold, and the others continue', async () => {
    const worker = work({ projections: [balances, fragile] });
    const before = await accounts.append(paid('d'), paid('d'));
    const poison = await accounts.append(paid('d', '13'));
    const head = await accounts.append(paid('d'), paid('e'));

    await eventually(async () => {
      expect(await checkpoints()).toMatchObject({
        fragile: { position: before, status: 'stopped', error: `AmountPaid at ${poison}: thirteen` },
      });
    });
    await expectLive(head, balances);
    await expectRebuildEquals(fragile, database.pool);

    cured = true;
    await operator.retry(new RetryProjection({ projection: 'fragile' }));
    await expectLive(head, balances, fragile);
    expect(worker.runner.owned.map(({ mode }) => mode)).toEqual(['live', 'live']);
    cured = false;
  });

  it('skip an event that an operator has parked, also after a restart', async () => {
    const worker = work({ projections: [balances, fragile] });
    const poison = await accounts.append(paid('f', '13'));
    const head = await accounts.append(paid('f'), paid('f'));
    const park = new ParkEvent({ projection: 'fragile', position: poison, reason: 'thirteen is unlucky' });
    await expect(operator.park(new ParkEvent({ ...park.data, position: head }), 'key:ops')).rejects.toMatchObject({
      code: 'projection.not_stopped',
    });

    await eventually(async () => {
      expect(await stateOf('fragile')).toMatchObject({ status: 'stopped' });
    });
    expect(await stateOf('fragile')).toMatchObject({ failing: { position: poison, type: 'AmountPaid', version: 1 } });
    await worker.stop();
    await operator.park(park, 'key:ops');
    await operator.park(park, 'key:ops');

    work({ projections: [balances, fragile] });
    await expectLive(head, balances, fragile);
    const { rows } = await database.pool.query(`select payments from read.fragile_v1 where account = 'f'`);
    expect(rows).toEqual([{ payments: 2 }]);
    expect(await stateOf('fragile')).toMatchObject({
      failing: null,
      parked: [{ event: { position: poison }, reason: 'thirteen is unlucky', by: 'key:ops' }],
    });
  });

  it('cannot be commanded for unknown projections', async () => {
    const missing = { code: 'projection.not_found' };
    const unknown = { projection: 'unknown', position: 1, reason: 'x' };
    await expect(operator.retry(new RetryProjection(unknown))).rejects.toMatchObject(missing);
    await expect(operator.park(new ParkEvent(unknown), 'key:ops')).rejects.toMatchObject(missing);
  });

  it('stop only projections of a stream with an unknown event', async () => {
    work({ catalogue: ['AccountOpened', 'AmountPaid', 'AccountClosed'] });
    const head = await accounts.append({ type: 'AccountLookedAt', data: { account: 'a' } });

    await expectLive(head, closings);
    await eventually(async () => {
      const error = `AccountLookedAt at ${head}: this version does not know AccountLookedAt`;
      const stopped = { position: head - 1, status: 'stopped', error };
      expect(await checkpoints()).toMatchObject({ balance: stopped, tag_use: stopped });
    });
  });

  it('resume when a build that knows the event is deployed', async () => {
    work();
    await expectLive(await accounts.append(paid('a')), ...PROJECTIONS);
  });

  it('refuse a table of another shape', async () => {
    await database.pool.query('alter table read.tag_use_v2 add column surplus int');
    work();
    await eventually(async () => {
      const error = 'read.tag_use_v2 has an unexpected surplus integer';
      expect(await checkpoints()).toMatchObject({ tag_use: { status: 'stopped', error } });
    });
    await expectLive(await accounts.append(paid('a')), balances, closings);
    await database.pool.query('alter table read.tag_use_v2 drop column surplus');
  });

  it('catch up alone with a projection that is behind the others', async () => {
    await database.pool.query(`truncate ${tagUse.table}`);
    await database.pool.query(
      `update read.checkpoints set position = 0, cached_position = 0 where projection = 'tag_use'`,
    );
    work();

    await expectLive(await accounts.append(paid('a')), ...PROJECTIONS);
    await expectRebuildEquals(tagUse, database.pool);
  });

  it('do not start before their migration has run', async () => {
    await database.pool.query(`delete from read.checkpoints where projection = 'fragile'`);
    const worker = work({ projections: [balances, fragile] });

    await eventually(() => worker.faults.length > 0);
    expect(String(worker.faults)).toContain('no migration has made fragile_v1 yet');
  });

  it('stop at a log that was restored, and report it', async () => {
    work();
    await expectLive(await accounts.append(paid('a')), ...PROJECTIONS);
    await database.pool.query('update log.log_head set store_epoch = gen_random_uuid()');
    const before = await checkpoints();
    await accounts.append(paid('a'));

    await eventually(async () => {
      for (const { status, error } of Object.values(await checkpoints())) {
        expect(status).toBe('stopped');
        expect(error).toContain('rebuild it');
      }
    });
    expect((await checkpoints())['balance']?.position).toBe(before['balance']?.position);
  });
});
