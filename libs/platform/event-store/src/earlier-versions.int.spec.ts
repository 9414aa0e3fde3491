import type { Aggregates, CommandContext } from '@syntropic/kernel';
import { createPool } from '@syntropic/postgres';
import { useDatabase } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { EventAppender } from './event-appender';
import { KeptStates } from './kept-states';
import { PostgresEventLog } from './postgres-event-log';
import { StoredAggregates } from './stored-aggregates';
import { StoredStreams } from './stored-streams';
import { counted, Counter, type CounterEvent } from './testing/counter';

const database = useDatabase();

let pool: Pool;
let counters: Aggregates<Counter, CounterEvent>;

/** Another replica's aggregates, without cached states. */
const elsewhere = () =>
  new StoredAggregates(Counter, {
    log: new PostgresEventLog(pool),
    streams: new StoredStreams(pool),
    appender: new EventAppender(pool),
    kept: new KeptStates(),
  });

beforeAll(() => {
  pool = createPool(database.urlAs('syn_command_service'));
  counters = elsewhere();
});
afterAll(() => pool.end());

const command = (): CommandContext => ({
  commandId: randomUUID(),
  correlationId: randomUUID(),
  causationId: randomUUID(),
  actor: { kind: 'user', id: 'ada' },
  bodyHash: 'of the body',
});

describe('an aggregate as of an earlier version', () => {
  it('is the same, whatever was appended since and whatever is kept', async () => {
    const id = randomUUID();
    for (const by of [1, 10, 100]) await counters.update(id, command(), () => [counted(by)]);

    for (const replica of [counters, elsewhere()]) {
      expect(await replica.loadAt(id, 2)).toMatchObject({ version: 2, state: { total: 11 } });
      expect(await replica.loadAt(id, 2)).toMatchObject({ version: 2, state: { total: 11 } });
      expect(await replica.loadAt(id, 3)).toMatchObject({ version: 3, state: { total: 111 } });
      expect(await replica.load(id)).toMatchObject({ version: 3, state: { total: 111 } });
    }
  });

  it('is replayed anew in a log that has another past', async () => {
    const id = randomUUID();
    for (const by of [1, 10]) await counters.update(id, command(), () => [counted(by)]);
    const other = randomUUID();
    const replica = elsewhere();
    await replica.loadAt(id, 1);
    await counters.update(other, command(), () => [counted(7)]);

    await database.pool.query('alter table log.events disable trigger all');
    await database.pool.query('delete from log.events where stream_id = $1', [`counter-${id}`]);
    await database.pool.query('update log.events set stream_id = $1 where stream_id = $2', [
      `counter-${id}`,
      `counter-${other}`,
    ]);
    await database.pool.query('alter table log.events enable trigger all');

    expect(await replica.loadAt(id, 1)).toMatchObject({ state: { total: 7 } });
  });

  it('is a fault where the stream has no such version', async () => {
    const id = randomUUID();
    await counters.update(id, command(), () => [counted(1)]);

    await expect(counters.loadAt(id, 2)).rejects.toThrow(`counter-${id} has no version 2`);
  });
});
