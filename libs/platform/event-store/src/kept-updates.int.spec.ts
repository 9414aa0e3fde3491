import type { CommandContext } from '@syntropic/kernel';
import { createPool } from '@syntropic/postgres';
import { useDatabase } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { EventAppender } from './event-appender';
import { KeptStates } from './kept-states';
import { PostgresEventLog } from './postgres-event-log';
import { StoredAggregates } from './stored-aggregates';
import { StoredStreams } from './stored-streams';
import { counted, Counter } from './testing/counter';

const database = useDatabase();

let pool: Pool;
/** The statements that have read a stream for a command. */
let reads = 0;

/** The aggregates of a replica that has read the log once, so that it knows its epoch. */
async function replica() {
  const streams = new StoredStreams(pool);
  const find = streams.find.bind(streams);
  streams.find = (...parts) => {
    reads++;
    return find(...parts);
  };
  const log = new PostgresEventLog(pool);
  const counters = new StoredAggregates(Counter, {
    log,
    streams,
    appender: new EventAppender(pool),
    kept: new KeptStates(),
  });
  await counters.load(randomUUID());
  return counters;
}

beforeAll(() => {
  pool = createPool(database.urlAs('syn_command_service'));
});
afterAll(() => pool.end());

const command = (): CommandContext => ({
  commandId: randomUUID(),
  correlationId: randomUUID(),
  causationId: randomUUID(),
  actor: { kind: 'user', id: 'ada' },
  bodyHash: 'of the body',
});

describe('an update of a kept state', () => {
  it('reads nothing, on a new stream and on its own events', async () => {
    const [counters, id] = [await replica(), randomUUID()];
    reads = 0;
    for (const by of [1, 10]) await counters.update(id, command(), () => [counted(by), counted(by)]);
    const outcome = await counters.update(id, command(), ({ total }) => [counted(total)]);

    expect(outcome.version).toBe(5);
    expect(reads).toBe(0);
    expect((await (await replica()).load(id)).state.total).toBe(44);
    expect((await counters.load(id)).state).toEqual((await (await replica()).load(id)).state);
  });

  it('decides again on the current state when another replica has appended', async () => {
    const [counters, other, id] = [await replica(), await replica(), randomUUID()];
    await counters.update(id, command(), () => [counted(1)]);
    await other.update(id, command(), () => [counted(10)]);

    await counters.update(id, command(), ({ total }) => [counted(total)]);
    expect((await (await replica()).load(id)).state.total).toBe(22);
  });

  it('reads before it decides for a while after such a conflict', async () => {
    const [counters, other, id] = [await replica(), await replica(), randomUUID()];
    await counters.update(id, command(), () => [counted(1)]);
    await other.update(id, command(), () => [counted(1)]);
    await counters.update(id, command(), () => [counted(1)]);
    reads = 0;
    for (let n = 0; n < 101; n++) await counters.update(id, command(), () => [counted(1)]);

    expect(reads).toBe(100);
  });

  it('refuses on the current state only', async () => {
    const [counters, other, id] = [await replica(), await replica(), randomUUID()];
    await other.update(id, command(), () => [counted(7)]);
    const demanding = (state: Counter) => {
      if (state.total < 7) throw new Error('too few');
      return [counted(1)];
    };

    expect(await counters.update(id, command(), demanding)).toMatchObject({ version: 2 });
  });

  it('answers a command that another replica has carried out, with its events or without a new decision', async () => {
    const [counters, other, id, context] = [await replica(), await replica(), randomUUID(), command()];
    const first = await other.update(id, context, () => [counted(1)]);

    expect(await counters.update(id, context, () => [counted(1)])).toEqual(first);
    expect(await counters.update(id, context, () => [])).toEqual(first);
    expect((await counters.load(id)).version).toBe(1);
  });

  it('is not made on a stream that went back and grew again to the same version', async () => {
    const [counters, other, id] = [await replica(), await replica(), randomUUID()];
    await counters.update(id, command(), () => [counted(1), counted(2)]);
    await database.pool.query(`
      begin;
      alter table log.events disable trigger all;
      delete from log.events where stream_id = 'counter-${id}' and version = 2;
      alter table log.events enable trigger all;
      update log.log_head set position = position - 1;
      commit`);
    await other.update(id, command(), () => [counted(40)]);

    await counters.update(id, command(), ({ total }) => [counted(total)]);
    expect((await (await replica()).load(id)).state.total).toBe(82);
  });

  it('is refused as a conflict where a guarded append names another event', async () => {
    const [counters, id] = [await replica(), randomUUID()];
    await counters.update(id, command(), () => [counted(1)]);
    const append = { stream: `counter-${id}`, expected: 1, events: [counted(1)] };
    const guarded = { ...append, reads: [{ stream: `counter-${randomUUID()}`, version: 0 }] };

    for (const one of [append, guarded]) {
      const outcome = await new EventAppender(pool).append({ ...one, behind: randomUUID(), context: command() });
      expect(outcome.is).toBe('conflict');
    }
  });
});
