import { EventAppender } from '@syntropic/event-store';
import { eventually, useDatabase } from '@syntropic/testing';
import { ReadModels } from './read-models';
import { ddlOf } from './table';
import { Accounts, balances, PROJECTIONS } from './testing/accounts';
import { expectRebuildEquals } from './testing/rebuild';
import { Worker } from './testing/worker';

describe('a worker', () => {
  const database = useDatabase();
  let accounts: Accounts;
  beforeAll(async () => {
    for (const projection of PROJECTIONS) await database.pool.query(ddlOf(projection));
    accounts = new Accounts(new EventAppender(database.pool));
  });

  it('keeps its tables level with the log', async () => {
    const worker = new Worker({ url: database.urlAs('syn_projection_worker') });
    const head = await accounts.append(
      { type: 'AccountOpened', data: { account: 'a', tags: ['x'], at: '2026-01-01T00:00:00Z' } },
      { type: 'AmountPaid', data: { account: 'a', tags: ['x', 'y'], usd: '1.5' } },
    );
    await eventually(async () => {
      const { rows } = await database.pool.query<{ position: number }>('select position from read.checkpoints');
      expect(rows.map(({ position }) => position)).toEqual([head, head, head]);
    });
    const readModels = new ReadModels({ pool: database.pool });
    console.log(await readModels.get(balances, 'a'));
    console.log(
      await readModels.page(balances, {
        where: { status: { in: ['paid'] }, opened_at: { '>=': '2025-01-01T00:00:00Z' } },
        orderBy: [['paid_at', 'desc']],
        limit: 3,
      }),
    );
    console.log(await readModels.idsWithPrefix(balances, 'a'), await readModels.position(balances), ddlOf(balances));
    for (const projection of PROJECTIONS) await expectRebuildEquals(projection, database.pool);
    await worker.stop();
    expect(worker.faults).toEqual([]);
  });
});
