import { createPool } from '@syntropic/postgres';
import { eventually } from '@syntropic/testing';
import type { Pool } from 'pg';
import { z } from 'zod';
import { ProjectionOperator } from './operator';
import { projection } from './projection';
import { checkFilled, rebuildStates } from './rebuild-states';
import { Rebuilds } from './rebuilds';
import { account, balances, tagUse, type AccountEvent } from './testing/accounts';
import { expectRebuildEquals } from './testing/rebuild';
import type { Worker } from './testing/worker';
import { useWorkers } from './testing/workers';
import { ddlOf } from './table';

const paid = (account: string, usd = '1.50'): AccountEvent => ({
  type: 'AmountPaid',
  data: { account, tags: ['x', 'y'], usd },
});

/** One row for each account, counted by whether it has paid. */
const payers = projection(account)({
  name: 'payer',
  version: 1,
  row: z.object({ account: z.string(), payments: z.int(), state: z.string() }),
  key: 'account',
  indexes: [['state', 'payments']],
  counted: [[], ['state']],
  keys: ({ data }) => [data.account],
  on: {
    AmountPaid: (row, { data: { account } }) => ({ account, payments: (row?.payments ?? 0) + 1, state: 'paid' }),
  },
});

/** Counts double, and has another column. */
const nextPayers = projection(account)({
  name: 'payer',
  version: 2,
  row: z.object({ account: z.string(), payments: z.int(), last: z.string() }),
  key: 'account',
  keys: ({ data }) => [data.account],
  on: {
    AmountPaid: (row, { data: { account, usd } }) => ({ account, payments: (row?.payments ?? 0) + 2, last: usd }),
  },
});

const WORKED = [balances, tagUse, payers];
const WITHIN = { within: 60_000 };

describe('a rebuild', () => {
  const { database, append, work, expectLive } = useWorkers(WORKED);
  let operators: Pool;
  let operator: ProjectionOperator;

  beforeAll(() => {
    operators = createPool(database.urlAs('syn_command_service'), { max: 1 });
    operator = new ProjectionOperator(operators);
  });
  afterAll(() => operators.end());

  const start = (projection = 'payer') => operator.startRebuild({ projection }, 'key:ops');
  const stateOf = async (name = 'payer') =>
    (await rebuildStates(database.pool)).find(({ projection }) => projection === name);
  const reaches = (status: string, name = 'payer') =>
    eventually(async () => {
      expect(await stateOf(name)).toMatchObject({ status });
    }, WITHIN);
  const namesOf = async (pattern: string): Promise<readonly string[]> => {
    const { rows } = await database.pool.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'read'::regnamespace and relname like $1 order by 1`,
      [pattern],
    );
    return rows.map(({ name }) => name);
  };
  const rowsOf = async (statement: string): Promise<readonly unknown[]> =>
    (await database.pool.query<Record<string, unknown>>(statement)).rows;

  it('takes over by itself when it is equal, with the counts, the indexes and the rights of the table before', async () => {
    work({ projections: WORKED });
    await expectLive(await append(paid('a'), paid('b'), paid('b')), ...WORKED);
    const [before] = await rowsOf(`select 'read.payer_v1'::regclass::oid as oid`);
    const names = await namesOf('payer%');

    await start();
    await reaches('taken_over');
    expect(await stateOf()).toMatchObject({
      replaces: 1,
      startedBy: 'key:ops',
      comparison: { rows_before: 2, rows_after: 2, sampled: 2, sampled_different: 0, missing: 0, added: 0, changed: 0 },
    });
    expect((await rowsOf(`select 'read.payer_v1'::regclass::oid as oid`))[0]).not.toEqual(before);
    expect(await namesOf('payer%')).toEqual(names);

    await expectLive(await append(paid('c')), ...WORKED);
    await expectRebuildEquals(payers, database.pool);
    const counts = await rowsOf(`select relation, value, rows from read.row_counts order by value`);
    expect(counts).toEqual([
      { relation: 'read.payer_v1', value: [], rows: 3 },
      { relation: 'read.payer_v1', value: ['paid'], rows: 3 },
    ]);
  });

  it('of all read models leaves those alone that are being rebuilt', async () => {
    work({ projections: WORKED });
    await start();
    await operator.startRebuild({}, 'key:all');
    for (const { name } of WORKED) await reaches('taken_over', name);
    expect(await stateOf('balance')).toMatchObject({ startedBy: 'key:all' });
    for (const one of WORKED) await expectRebuildEquals(one, database.pool);
  });

  it('that differs says where and waits, and takes over when an operator accepts it', async () => {
    work({ projections: WORKED });
    await expectLive(await append(paid('a'), paid('d'), paid('e')), ...WORKED);
    await database.pool.query(`update read.payer_v1 set payments = 99 where account = 'a'`);
    await database.pool.query(`delete from read.payer_v1 where account = 'd'`);
    await database.pool.query(`insert into read.payer_v1 values ('zz', 1, 'paid', 1)`);

    await start();
    await reaches('differs');
    expect(await stateOf()).toMatchObject({
      comparison: {
        missing: 1,
        added: 1,
        changed: 1,
        differences: [
          { key: 'a', kind: 'changed', columns: ['payments'] },
          { key: 'd', kind: 'added', columns: [] },
          { key: 'zz', kind: 'missing', columns: [] },
        ],
      },
    });
    // Both go on.
    await expectLive(await append(paid('a')), ...WORKED, { name: 'payer_rebuild' });
    expect(await rowsOf(`select payments from read.payer_v1 where account = 'a'`)).toEqual([{ payments: 100 }]);

    await operator.acceptRebuild({ projection: 'payer' });
    await reaches('taken_over');
    await expectRebuildEquals(payers, database.pool);
  });

  it('that is stopped leaves the table that is read, and nothing of its own', async () => {
    const worker = work({ projections: WORKED });
    await expectLive(await append(paid('a')), ...WORKED);
    await database.pool.query(`update read.payer_v1 set payments = 7 where account = 'a'`);
    await start();
    await reaches('differs');

    await operator.stopRebuild({ projection: 'payer' });
    await operator.stopRebuild({ projection: 'payer' });
    expect(await stateOf()).toMatchObject({ status: 'stopped', position: null });
    expect(await namesOf('payer_rebuild%')).toEqual([]);
    expect(await rowsOf(`select payments from read.payer_v1 where account = 'a'`)).toEqual([{ payments: 7 }]);
    await expectLive(await append(paid('a')), ...WORKED);
    await eventually(() => worker.runner.owned.length === WORKED.length, WITHIN);
    await worker.stop();

    work({ projections: WORKED });
    await start();
    await reaches('differs');
    await operator.acceptRebuild({ projection: 'payer' });
    await reaches('taken_over');
  });

  it('shows how far it is while no worker fills it', async () => {
    await start();
    expect(await stateOf()).toMatchObject({ status: 'filling', position: 0, rows: 0, rate: 0 });
    expect((await stateOf())?.head).toBeGreaterThan(0);
    // Its other indexes and the triggers that count come when it is filled.
    expect(await namesOf('payer_rebuild%')).toEqual(['payer_rebuild_v1', 'payer_rebuild_v1_pkey']);
    expect(
      await rowsOf(
        `select tgname from pg_trigger where tgrelid = 'read.payer_rebuild_v1'::regclass and not tgisinternal`,
      ),
    ).toEqual([]);
    await operator.stopRebuild({ projection: 'payer' });
  });

  it('is refused where it makes no sense', async () => {
    const refused = (code: string) => expect.objectContaining({ code }) as unknown;
    await expect(start('unknown')).rejects.toEqual(refused('projection.not_found'));
    await expect(start('payer_rebuild')).rejects.toEqual(refused('projection.not_found'));
    await expect(operator.stopRebuild({ projection: 'unknown' })).rejects.toEqual(refused('projection.not_found'));
    await expect(operator.acceptRebuild({ projection: 'payer' })).rejects.toEqual(refused('projection.not_differing'));
    await start();
    await expect(start()).rejects.toEqual(refused('projection.rebuilding'));
    work({ projections: WORKED });
    await reaches('taken_over');
    await expect(operator.stopRebuild({ projection: 'payer' })).rejects.toEqual(refused('projection.not_rebuilding'));
  });

  it('comes to its end after a death before any of its statements', async () => {
    for (let step = 1, hasDied = true; hasDied; step += 2) {
      const dying = work({ projections: WORKED });
      await expectLive(
        await append(paid('a'), paid('f'), { type: 'AccountClosed', data: { account: 'f', tags: ['x'] } }),
        ...WORKED,
      );
      await start();
      await dying.kill(step);
      await eventually(async () => dying.isDead || (await stateOf())?.status === 'taken_over', WITHIN);
      hasDied = dying.isDead;

      const worker: Worker = work({ projections: WORKED });
      await reaches('taken_over');
      expect(await namesOf('payer_rebuild%')).toEqual([]);
      await expectRebuildEquals(payers, database.pool);
      await dying.stop();
      await worker.stop();
    }
  });
});

describe('a newer version', () => {
  const { database, append, work, expectLive } = useWorkers([payers]);
  const states = () => rebuildStates(database.pool);

  it('is compared with the one before in the columns that both have, and takes over', async () => {
    const before = work({ projections: [payers] });
    await expectLive(await append(paid('a'), paid('b')), payers);
    await database.pool.query(ddlOf(nextPayers));
    expect(await states()).toEqual([]);
    await new Rebuilds(database.pool, [payers, nextPayers]).noteVersions();
    await expect(checkFilled(database.pool, [nextPayers])).rejects.toThrow('not filled yet: payer_v2');
    await expect(checkFilled(database.pool, [payers])).resolves.toBeUndefined();

    work({ projections: [nextPayers] });
    await eventually(async () => {
      expect(await states()).toMatchObject([
        {
          projection: 'payer',
          version: 2,
          replaces: 1,
          status: 'taken_over',
          comparison: {
            rows_before: 2,
            rows_after: 2,
            changed: 2,
            differences: [
              { key: 'a', kind: 'changed', columns: ['payments'] },
              { key: 'b', kind: 'changed', columns: ['payments'] },
            ],
          },
        },
      ]);
    }, WITHIN);
    await expect(checkFilled(database.pool, [nextPayers])).resolves.toBeUndefined();
    await before.stop();
  });
});
