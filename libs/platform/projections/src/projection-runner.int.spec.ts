import { createPool } from '@syntropic/postgres';
import { eventually } from '@syntropic/testing';
import type { Pool } from 'pg';
import { ProjectionOperator } from './operator';
import { projectionStates } from './projection-states';
import { balances, closings, olderAccount, PROJECTIONS, tagUse, type AccountEvent } from './testing/accounts';
import { expectRebuildEquals } from './testing/rebuild';
import { Fragile } from './testing/fragile';
import { useWorkers } from './testing/workers';

const paid = (account: string, usd = '1.50'): AccountEvent => ({
  type: 'AmountPaid',
  data: { account, tags: ['x', 'y'], usd },
});

const accounts = new Fragile('fragile');
const fragile = accounts.projection;

describe('workers whose projections fail', () => {
  const { database, append, checkpoints, work, expectLive } = useWorkers([...PROJECTIONS, fragile]);
  let operators: Pool;
  let operator: ProjectionOperator;

  beforeAll(() => {
    operators = createPool(database.urlAs('syn_command_service'), { max: 1 });
    operator = new ProjectionOperator(operators);
  });
  afterAll(() => operators.end());

  const stateOf = async (name: string) => (await projectionStates(database.pool)).find((state) => state.name === name);

  it('stop a projection before the event it cannot fold, and the others continue', async () => {
    const worker = work({ projections: [balances, fragile] });
    const before = await append(paid('d'), paid('d'));
    const poison = await append(paid('d', '13'));
    const head = await append(paid('d'), paid('e'));

    await eventually(async () => {
      expect(await checkpoints()).toMatchObject({
        fragile: { position: before, status: 'stopped', error: `AmountPaid at ${poison}: thirteen` },
      });
    });
    await expectLive(head, balances);
    await expectRebuildEquals(fragile, database.pool);

    accounts.isMended = true;
    await operator.retry({ projection: 'fragile' });
    await expectLive(head, balances, fragile);
    expect(worker.runner.owned.map(({ mode }) => mode)).toEqual(['live', 'live']);
    accounts.isMended = false;
  });

  it('skip an event that an operator has parked, also after a restart', async () => {
    const worker = work({ projections: [balances, fragile] });
    const poison = await append(paid('f', '13'));
    const head = await append(paid('f'), paid('f'));
    const park = { projection: 'fragile', position: poison, reason: 'thirteen is unlucky' };
    await expect(operator.park({ ...park, position: head }, 'key:ops')).rejects.toMatchObject({
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
    await expect(operator.retry(unknown)).rejects.toMatchObject(missing);
    await expect(operator.park(unknown, 'key:ops')).rejects.toMatchObject(missing);
  });

  it('stop only projections of a stream with an unknown event', async () => {
    const older = [balances, tagUse].map((one) => ({ ...one, streams: [olderAccount] }));
    work({ projections: [...older, closings] });
    const head = await append({ type: 'AccountLookedAt', data: { account: 'a' } });

    await expectLive(head, closings);
    await eventually(async () => {
      const error = `AccountLookedAt at ${head}: this version does not know AccountLookedAt`;
      const stopped = { position: head - 1, status: 'stopped', error };
      expect(await checkpoints()).toMatchObject({ balance: stopped, tag_use: stopped });
    });
  });

  it('resume when a build that knows the event is deployed', async () => {
    work();
    await expectLive(await append(paid('a')), ...PROJECTIONS);
  });

  it('stop a projection whose rows the database refuses with an exception', async () => {
    await database.pool.query(
      `create function read.refuse() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$`,
    );
    await database.pool.query(
      `create trigger refuse before insert on ${tagUse.table} for each row execute function read.refuse()`,
    );
    work();
    const head = await append(paid('a'));

    await eventually(async () => {
      const error = `AmountPaid at ${head}: refused`;
      expect(await checkpoints()).toMatchObject({ tag_use: { position: head - 1, status: 'stopped', error } });
    });
    await expectLive(head, balances, closings);

    await database.pool.query(`drop trigger refuse on ${tagUse.table}`);
    await operator.retry({ projection: 'tag_use' });
    await expectLive(head, ...PROJECTIONS);
  });

  it('refuse a table of another shape', async () => {
    await database.pool.query('alter table read.tag_use_v2 add column surplus int');
    work();
    await eventually(async () => {
      const error = 'read.tag_use_v2 has an unexpected surplus integer';
      expect(await checkpoints()).toMatchObject({ tag_use: { status: 'stopped', error } });
    });
    await expectLive(await append(paid('a')), balances, closings);
    await database.pool.query('alter table read.tag_use_v2 drop column surplus');
  });

  it('do not start before their migration has run', async () => {
    await database.pool.query(`delete from read.checkpoints where projection = 'fragile'`);
    const worker = work({ projections: [balances, fragile] });

    await eventually(() => worker.faults.length > 0);
    expect(String(worker.faults)).toContain('no migration has made fragile_v1 yet');
  });

  it('stop at a log that was restored, and report it', async () => {
    work();
    await expectLive(await append(paid('a')), ...PROJECTIONS);
    await database.pool.query('update log.log_head set store_epoch = gen_random_uuid()');
    const before = await checkpoints();
    await append(paid('a'));

    await eventually(async () => {
      for (const { status, error } of Object.values(await checkpoints())) {
        expect(status).toBe('stopped');
        expect(error).toContain('rebuild it');
      }
    });
    expect((await checkpoints())['balance']?.position).toBe(before['balance']?.position);
  });
});
