import { EventAppender } from '@syntropic/event-store';
import { createPool } from '@syntropic/postgres';
import { useDatabase } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';

const database = useDatabase();
let service: Pool;
let epoch: string;

const HEAD = 10;
const SHARED = 6;

beforeAll(async () => {
  service = createPool(database.urlAs('syn_command_service'), { max: 2 });
  const id = randomUUID();
  await new EventAppender(service).append({
    stream: 'execution-exec-kept',
    expected: 0,
    events: Array.from({ length: HEAD }, () => ({ type: 'Counted', data: {} })),
    context: {
      commandId: id,
      correlationId: id,
      causationId: id,
      bodyHash: id,
      actor: { kind: 'service', id: 'spec' },
    },
  });
  await database.pool.query(STATE_BEFORE);
  epoch = (await one<{ epoch: string }>('select store_epoch as epoch from log.log_head')).epoch;
  await begin(epoch);
});
afterAll(() => service.end());

const begin = (ended: string) => service.query('select log.begin_epoch($1, $2, $3)', [ended, SHARED, HEAD]);

async function one<Row extends object>(statement: string): Promise<Row> {
  const { rows } = await database.pool.query<Row>(statement);
  const [row] = rows;
  if (!row) throw new Error(`no row: ${statement}`);
  return row;
}

/** What a service, restored or not, had written when the log still had ten events. */
const STATE_BEFORE = `
  update read.checkpoints set position = ${HEAD}, cached_position = ${HEAD}, cache_epoch = gen_random_uuid();
  update read.checkpoints set position = 5 where projection = 'session';
  insert into read.execution_feed_v1 (feed_id, execution_id, event_position, type, recorded_at, data, position)
    values ('1', 'exec-lost', 9, 'Counted', now(), '{}', 9);
  update ops.processes set position = ${HEAD}, reader_position = ${HEAD};
  insert into ops.timers (process, key, position, ordinal, settled_at) values ('p', 'kept', 3, 0, now()), ('p', 'lost', 8, 0, now());
  insert into log.claims (scope, key, stream_id) values ('s', 'kept', 'execution-exec-kept'), ('s', 'lost', 'execution-exec-lost');
  insert into ops.work (session_id, execution_id, workflow_id, phase_id, attempt, leg, backend, provider, token, as_of)
    select gen_random_uuid(), execution, 'w', 'p', 1, 1, 'sandbox', 'simulated', 3, 9 from unnest(array['exec-kept', 'exec-lost']) execution`;

describe('a new epoch', () => {
  it('is begun once for each that has ended', async () => {
    const { epoch: now } = await one<{ epoch: string }>('select store_epoch as epoch from log.log_head');
    await begin(epoch);

    expect(now).not.toBe(epoch);
    expect((await one<{ epoch: string }>('select store_epoch as epoch from log.log_head')).epoch).toBe(now);
    expect(await one('select shared, seen from log.restorations')).toEqual({ shared: SHARED, seen: HEAD });
  });

  it('empties read models that hold lost events, and keeps the others', async () => {
    const { rows } = await database.pool.query(
      `select projection, c.position, cached_position from read.checkpoints c join log.log_head h using (store_epoch)
        where projection in ('session', 'execution_feed') order by projection`,
    );

    expect(rows).toEqual([
      { projection: 'execution_feed', position: 0, cached_position: 0 },
      { projection: 'session', position: 5, cached_position: 5 },
    ]);
    expect((await database.pool.query('select from read.execution_feed_v1')).rowCount).toBe(0);
  });

  it('moves processes behind the last shared position', async () => {
    expect(
      await one(`select bool_and(p.position = ${SHARED} and reader_position = ${SHARED} and epoch = store_epoch) as moved
                 from ops.processes p, log.log_head`),
    ).toEqual({ moved: true });
  });

  it('forgets timers, claims and work of events that are gone, and gives no token out twice', async () => {
    expect(await one('select array_agg(key) as keys from ops.timers')).toEqual({ keys: ['kept'] });
    expect(await one('select array_agg(key) as keys from log.claims')).toEqual({ keys: ['kept'] });
    expect((await database.pool.query('select execution_id, token, as_of from ops.work')).rows).toEqual([
      { execution_id: 'exec-kept', token: 1_000_003, as_of: SHARED },
    ]);
  });
});
