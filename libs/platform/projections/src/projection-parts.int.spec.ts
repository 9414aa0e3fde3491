import { EventAppender } from '@syntropic/event-store';
import { createPool } from '@syntropic/postgres';
import { eventually, useDatabase } from '@syntropic/testing';
import type { Pool } from 'pg';
import { projectionParts, projectionStates } from './projection-states';
import { Accounts, makeTables, PROJECTIONS } from './testing/accounts';
import { Worker } from './testing/worker';

describe('for health, a projection', () => {
  const database = useDatabase();
  let accounts: Accounts;
  let pool: Pool;
  const [first] = PROJECTIONS;
  const name = `${first.name}_v${first.version}`;

  beforeAll(async () => {
    pool = createPool(database.urlAs('syn_projection_worker'), { max: 1 });
    await makeTables(database.pool, PROJECTIONS);
    accounts = new Accounts(new EventAppender(database.pool));
  });
  afterAll(() => pool.end());

  const part = async () => (await projectionParts(pool)).find((state) => state.name === name);
  const open = (account: string) =>
    accounts.append({ type: 'AccountOpened', data: { account, tags: [], at: '2026-01-02T03:04:05Z' } });

  it('waits while it does not read, and no longer when it is level', async () => {
    expect(await part()).toMatchObject({ part: 'projection', behind: 0, since: null, isFailing: false });
    await open('a');
    expect(await part()).toMatchObject({ behind: 1, since: expect.any(String) as string, isFailing: false });

    const worker = new Worker({ url: database.urlAs('syn_projection_worker') });
    await eventually(async () => (await part())?.behind === 0);
    expect(await part()).toMatchObject({ since: null, seconds: null });
    await worker.stop();
  });

  it('is behind since it has moved last, where the log was ahead before that', async () => {
    await open('b');
    await database.pool.query(`update read.checkpoints set moved_at = clock_timestamp() + interval '1 hour'`);

    expect((await part())?.seconds).toBeLessThan(0);
  });

  it('is its newest version: an older one that a rolling upgrade has left stands still for nobody', async () => {
    await database.pool.query(
      `insert into read.checkpoints (projection, version, store_epoch)
       select $1, $2, store_epoch from log.log_head`,
      [first.name, first.version - 1],
    );

    const names = (await projectionParts(pool)).map((state) => state.name);
    expect(names).toContain(name);
    expect(names).not.toContain(`${first.name}_v${first.version - 1}`);
    const versions = (await projectionStates(pool)).filter((state) => state.name === first.name);
    expect(versions.map(({ version }) => version)).toEqual([first.version]);
  });

  it('fails while it is stopped, and says why', async () => {
    await database.pool.query(
      `update read.checkpoints set status = 'stopped', error = 'unknown', position = (select position from log.log_head)
       where projection = $1`,
      [first.name],
    );

    expect(await part()).toMatchObject({ isFailing: true, why: 'unknown', since: expect.any(String) as string });
  });
});
