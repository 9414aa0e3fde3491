import { createPool } from '@syntropic/postgres';
import { eventually } from '@syntropic/testing';
import type { Pool } from 'pg';
import { ProjectionOperator } from './operator';
import { projectionStates } from './projection-states';
import { rebuildStates } from './rebuild-states';
import type { AccountEvent } from './testing/accounts';
import { Fragile } from './testing/fragile';
import { useWorkers } from './testing/workers';

const paid = (account: string, usd = '1.50'): AccountEvent => ({
  type: 'AmountPaid',
  data: { account, tags: [], usd },
});

const accounts = new Fragile('payer');
const payers = accounts.projection;

describe('the rebuild of a read model with a parked event', () => {
  const { database, append, work, expectLive, checkpoints } = useWorkers([payers]);
  let operators: Pool;
  let operator: ProjectionOperator;

  beforeAll(() => {
    operators = createPool(database.urlAs('syn_command_service'), { max: 1 });
    operator = new ProjectionOperator(operators);
  });
  afterAll(() => operators.end());
  afterEach(() => {
    accounts.isMended = false;
  });

  const stops = (name: string, poison: number) =>
    eventually(async () => {
      expect(await checkpoints()).toMatchObject({ [name]: { status: 'stopped', position: poison - 1 } });
    });
  const park = (projection: string, position: number) =>
    operator.park({ projection, position, reason: 'thirteen' }, 'key:ops');
  const reaches = (status: string) =>
    eventually(async () => {
      expect((await rebuildStates(database.pool))[0]).toMatchObject({ projection: 'payer', status });
    });
  const parked = async (): Promise<readonly number[]> => {
    const state = (await projectionStates(database.pool)).find(({ name }) => name === 'payer');
    return (state?.parked ?? []).map(({ event }) => event.position);
  };
  const paymentsOf = async (account: string): Promise<number> => {
    const { rows } = await database.pool.query<{ payments: number }>(
      'select payments from read.payer_v1 where account = $1',
      [account],
    );
    return rows[0]?.payments ?? 0;
  };

  /** A table that lacks the second of three payments. */
  const withParked = async (account: string): Promise<number> => {
    await append(paid(account));
    const poison = await append(paid(account, '13'));
    const head = await append(paid(account));
    await stops('payer', poison);
    await park('payer', poison);
    await expectLive(head, payers);
    return poison;
  };

  it('folds it again, differs by it, and after the take-over it is parked no longer', async () => {
    work({ projections: [payers] });
    const poison = await withParked('a');
    expect([await paymentsOf('a'), await parked()]).toEqual([2, [poison]]);

    accounts.isMended = true;
    await operator.startRebuild({ projection: 'payer' }, 'key:ops');
    await reaches('differs');
    expect((await rebuildStates(database.pool))[0]?.comparison).toMatchObject({
      differences: [{ key: 'a', kind: 'changed', columns: ['payments'] }],
    });
    await operator.acceptRebuild({ projection: 'payer' });
    await reaches('taken_over');
    expect([await paymentsOf('a'), await parked()]).toEqual([3, []]);
  });

  it('stands still at an event that it cannot fold either, until that is parked for it too', async () => {
    // The table has folded what only the mended build folds.
    await database.pool.query(`update read.payer_v1 set payments = 2 where account = 'a'`);
    work({ projections: [payers] });
    const poison = await withParked('b');
    await operator.startRebuild({ projection: 'payer' }, 'key:ops');
    await eventually(async () => {
      expect((await rebuildStates(database.pool))[0]).toMatchObject({
        status: 'filling',
        error: expect.stringContaining('thirteen') as string,
      });
    });
    await expectLive(await append(paid('c')), payers);

    const { payer_rebuild: stopped } = await checkpoints();
    const first = (stopped?.position ?? 0) + 1;
    await park('payer_rebuild', first);
    await stops('payer_rebuild', poison);
    await park('payer_rebuild', poison);
    await reaches('taken_over');
    expect([await paymentsOf('b'), [...(await parked())].sort((a, b) => a - b)]).toEqual([2, [first, poison]]);
  });

  it('leaves out what is parked while it goes on', async () => {
    work({ projections: [payers] });
    await database.pool.query(`update read.payer_v1 set payments = 99 where account = 'c'`);
    accounts.isMended = true;
    await operator.startRebuild({ projection: 'payer' }, 'key:ops');
    await reaches('differs');
    accounts.isMended = false;
    const poison = await append(paid('d', '13'));
    const head = await append(paid('d'));
    await stops('payer', poison);
    await park('payer', poison);
    await expectLive(head, payers, { name: 'payer_rebuild' });

    await operator.acceptRebuild({ projection: 'payer' });
    await reaches('taken_over');
    expect([await paymentsOf('d'), await parked()]).toEqual([1, [poison]]);
  });
});
