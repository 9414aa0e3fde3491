import { eventually } from '@syntropic/testing';
import { Checkpoints } from './checkpoints';
import { PROJECTIONS, tagUse, type AccountEvent } from './testing/accounts';
import { expectRebuildEquals } from './testing/rebuild';
import type { Worker } from './testing/worker';
import { useWorkers } from './testing/workers';

const opened = (account: string): AccountEvent => ({
  type: 'AccountOpened',
  data: { account, tags: ['x'], at: '2026-01-02T03:04:05Z' },
});
const paid = (account: string, usd = '1.50'): AccountEvent => ({
  type: 'AmountPaid',
  data: { account, tags: ['x', 'y'], usd },
});

describe('workers', () => {
  const { database, append, work, expectLive } = useWorkers(PROJECTIONS);

  /** The transaction that wrote each row. */
  async function writers(): Promise<readonly unknown[]> {
    const { rows } = await database.pool.query<object>('select account, xmin::text from read.balance_v1');
    return rows;
  }

  const ownedBy = (worker: Worker) => worker.runner.owned.length;

  it('leave the rows that a rebuild leads to', async () => {
    work();
    const head = await append(opened('a'), paid('a'), paid('b'), paid('a', '0.000000001'));
    await expectLive(head, ...PROJECTIONS);

    for (const one of PROJECTIONS) await expectRebuildEquals(one, database.pool);
  });

  it('count themselves when their lease has expired before they count', async () => {
    expect(await new Checkpoints(database.pool, 'late', 0).heartbeat()).toBe(1);
  });

  it('share the projections, and release those beyond their share', async () => {
    const [one, other] = [work(), work()];
    await eventually(() => ownedBy(one) + ownedBy(other) === 3 && Math.max(ownedBy(one), ownedBy(other)) === 2);

    await one.stop();
    await eventually(() => ownedBy(other) === 3);
    const head = await append(paid('a'));
    await expectLive(head, ...PROJECTIONS);
  });

  it('take over from a dead one when its lease has ended', async () => {
    const dead = work();
    await eventually(() => ownedBy(dead) === 3);
    await dead.kill();
    const head = await append(paid('a'));
    const heir = work();

    await expectLive(head, ...PROJECTIONS);
    expect(ownedBy(heir)).toBe(3);
  });

  it('write nothing for projections that another worker has claimed meanwhile', async () => {
    const slow = work();
    await eventually(() => ownedBy(slow) === 3 && slow.runner.owned.every(({ mode }) => mode === 'live'));
    slow.freeze();
    const before = await append(opened('c'), paid('c'));
    const quick = work();
    await expectLive(before, ...PROJECTIONS);
    const written = await writers();

    slow.thaw();
    await eventually(() => ownedBy(slow) === 1 && ownedBy(quick) === 2);
    expect(await writers()).toEqual(written);
    for (const one of PROJECTIONS) await expectRebuildEquals(one, database.pool);
  });

  it('catch up alone with a projection that is behind the others', async () => {
    await database.pool.query(`truncate ${tagUse.table}`);
    await database.pool.query(
      `update read.checkpoints set position = 0, cached_position = 0 where projection = 'tag_use'`,
    );
    work();

    await expectLive(await append(paid('a')), ...PROJECTIONS);
    await expectRebuildEquals(tagUse, database.pool);
  });
});
