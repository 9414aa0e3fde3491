import type { Aggregates, CommandContext } from '@syntropic/kernel';
import { createPool } from '@syntropic/postgres';
import { useDatabase } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { VersionConflict } from './append';
import { EventAppender } from './event-appender';
import { KeptStates } from './kept-states';
import { PostgresEventLog } from './postgres-event-log';
import { StoredAggregates } from './stored-aggregates';
import { StoredStreams } from './stored-streams';
import { closed, counted, Counter, named, type CounterEvent } from './testing/counter';

const database = useDatabase();

let pool: Pool;
let log: PostgresEventLog;
let appender: EventAppender;
let counters: Aggregates<Counter, CounterEvent>;

/** Another replica's aggregates, without cached states. */
const elsewhere = () =>
  new StoredAggregates(Counter, {
    log,
    streams: new StoredStreams(pool),
    appender: new EventAppender(pool),
    kept: new KeptStates(),
  });

beforeAll(() => {
  pool = createPool(database.urlAs('syn_command_service'));
  log = new PostgresEventLog(pool);
  appender = new EventAppender(pool);
  counters = elsewhere();
});
afterAll(() => pool.end());

const command = (changes: Partial<CommandContext> = {}): CommandContext => ({
  commandId: randomUUID(),
  correlationId: randomUUID(),
  causationId: randomUUID(),
  actor: { kind: 'user', id: 'ada' },
  bodyHash: 'of the body',
  ...changes,
});

const one = () => [counted(1)];

describe('an update', () => {
  it('decides on the state and resolves with the position of its last event', async () => {
    const id = randomUUID();
    await counters.update(id, command(), one);

    const outcome = await counters.update(id, command(), ({ total }) => [counted(total + 1), counted(10)]);

    expect(outcome).toEqual({ position: (await log.head()).position, version: 3 });
    expect(await counters.load(id)).toMatchObject({ version: 3, stream: `counter-${id}`, state: { total: 13 } });
  });

  it('that changes nothing resolves with the position of the last event', async () => {
    const id = randomUUID();
    const outcome = await counters.update(id, command(), one);

    expect(await counters.update(id, command(), () => [])).toEqual(outcome);
    expect(await elsewhere().update(id, command(), () => [])).toEqual(outcome);
  });

  it('records nothing when the decision refuses', async () => {
    const id = randomUUID();
    const refuse = () => {
      throw new Error('no');
    };

    await expect(counters.update(id, command(), refuse)).rejects.toThrow('no');
    expect(await counters.load(id)).toMatchObject({ version: 0 });
  });

  it('decides again after a conflict with another replica', async () => {
    const id = randomUUID();
    const replicas = [counters, elsewhere()];

    // Round by round: an update is refused after 8 conflicts, and a replica that runs freely may cause as many.
    for (let round = 0; round < 20; round++) {
      await Promise.all(replicas.map((replica) => replica.update(id, command(), one)));
    }

    expect((await elsewhere().load(id)).state.total).toBe(40);
  });

  it('runs many commands to one stream one after another', async () => {
    const id = randomUUID();

    const outcomes = await Promise.all(Array.from({ length: 50 }, () => counters.update(id, command(), one)));

    expect(outcomes.map(({ version }) => version)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  });

  it('continues with the next command after a refusal', async () => {
    const id = randomUUID();
    const refused = counters.update(id, command(), () => {
      throw new Error('no');
    });
    const next = counters.update(id, command(), one);

    await expect(refused).rejects.toThrow('no');
    expect(await next).toMatchObject({ version: 1 });
  });

  it('fails when another stream that it has read has changed, so that the caller reads it again', async () => {
    const [id, other] = [randomUUID(), randomUUID()];
    const read = await counters.load(other);
    await counters.update(other, command(), one);

    await expect(counters.update(id, command(), one, [read])).rejects.toThrow(VersionConflict);
    expect(await counters.update(id, command(), one, [await counters.load(other)])).toMatchObject({ version: 1 });
  });
});

describe('a command that is sent again', () => {
  it('gets its first answer without a decision', async () => {
    const [id, context] = [randomUUID(), command()];
    const first = await counters.update(id, context, () => [counted(1), counted(2)]);
    await counters.update(id, command(), one);
    const neverAsked = () => {
      throw new Error('decided again');
    };

    expect(await counters.update(id, context, neverAsked)).toEqual(first);
    expect(await elsewhere().update(id, context, neverAsked)).toEqual(first);
  });

  it('is refused with another body', async () => {
    const [id, context] = [randomUUID(), command()];
    await counters.update(id, context, one);

    await expect(counters.update(id, { ...context, bodyHash: 'another' }, one)).rejects.toMatchObject({
      code: 'command.id_reused',
      refusal: 'conflict',
    });
  });
});

describe('a rule between aggregates', () => {
  it('is refused with the code of the aggregate', async () => {
    const name = randomUUID();
    await counters.update(randomUUID(), command(), () => [named(name)]);

    const again = counters.update(randomUUID(), command(), () => [counted(1), named(name)]);

    await expect(again).rejects.toMatchObject({ code: 'counter.name_taken', refusal: 'conflict' });
  });

  it('is refused with a general code when the aggregate has none', async () => {
    await counters.update(randomUUID(), command(), () => [named(randomUUID())]);

    await expect(counters.update(randomUUID(), command(), () => [closed])).rejects.toMatchObject({
      code: 'scope.not_empty',
    });
  });

  it('needs a lease that holds, when the command carries one', async () => {
    const context = command({ lease: { sessionId: randomUUID(), token: 3 } });

    await expect(counters.update(randomUUID(), context, one)).rejects.toMatchObject({ code: 'work.lease_lost' });
  });
});

describe('a history', () => {
  it('is read in pages, however long', async () => {
    const id = randomUUID();
    const events = Array.from({ length: 2_500 }, () => counted(1));
    for (let version = 0; version < 10_000; version += events.length) {
      const append = { stream: `counter-${id}`, expected: version, context: command() };
      const written = events.map((event) => ({ ...event, schemaVersion: 3 }));
      expect(await appender.append({ ...append, events: written })).toMatchObject({ is: 'appended' });
    }

    const outcome = await elsewhere().update(id, command(), ({ total }) => [counted(total)]);

    expect(outcome.version).toBe(10_001);
    expect((await elsewhere().load(id)).state.total).toBe(20_000);
  });

  it('is replayed from older shapes too', async () => {
    const id = randomUUID();
    const old = { type: 'Counted', data: { amount: 5 }, schemaVersion: 1 };
    await appender.append({ stream: `counter-${id}`, expected: 0, events: [old], context: command() });

    await counters.update(id, command(), one);

    expect((await counters.load(id)).state).toEqual({ total: 6, labels: ['unlabelled', 'new'] });
    const [first, second] = await log.readStream(`counter-${id}`, 0, 2);
    expect([first?.metadata.schemaVersion, second?.metadata.schemaVersion]).toEqual([1, 3]);
  });
});

describe('a log that was restored', () => {
  it('invalidates cached states', async () => {
    const id = randomUUID();
    const stream = `counter-${id}`;
    await counters.update(id, command(), () => [counted(1), counted(2)]);
    // As after a restore to a time before this stream, which another replica has then begun anew.
    await database.pool.query('alter table log.events disable trigger all');
    await database.pool.query(`update log.events set data = '{"by":40}' where stream_id = $1 and version = 1`, [
      stream,
    ]);
    await database.pool.query('alter table log.events enable trigger all');
    await database.pool.query('update log.log_head set store_epoch = gen_random_uuid()');

    const loaded = await counters.load(id);
    await counters.update(id, command(), ({ total }) => [counted(total)]);

    expect(loaded).toMatchObject({ state: { total: 42 }, version: 2 });
    await expect(elsewhere().load(id)).resolves.toMatchObject({ state: { total: 84 } });
  });
});

describe('a log that went back', () => {
  it('invalidates kept states before it has a new epoch', async () => {
    const id = randomUUID();
    await counters.update(id, command(), () => [counted(1), counted(2)]);
    await counters.load(id);
    await database.pool.query(`
      begin;
      alter table log.events disable trigger all;
      delete from log.events where stream_id = 'counter-${id}' and version = 2;
      alter table log.events enable trigger all;
      update log.log_head set position = position - 1;
      commit`);

    await expect(counters.load(id)).resolves.toMatchObject({ state: { total: 1 }, version: 1 });
    await elsewhere().update(id, command(), () => [counted(40)]);
    await expect(counters.load(id)).resolves.toMatchObject({ state: { total: 41 }, version: 2 });
  });
});
