import { PostgresEventLog, Relay } from '@syntropic/event-store';
import { connectNats, drainAndClose } from '@syntropic/messaging';
import { eventually, useNats } from '@syntropic/testing';
import type { NatsConnection } from 'nats';
import { ProcessOperator } from './operator';
import { CountedCommands } from './testing/counted-commands';
import { allNotes, anExecution, bySender, notesOf, ProcessHarness, stepped } from './testing/process-harness';

const PROCESSES = 12;

const harness = new ProcessHarness();
const server = useNats();
const stop = new AbortController();
let nats: NatsConnection;
let relaying: Promise<void>;

beforeAll(async () => {
  nats = await connectNats({ url: server.url, name: 'spec' });
  const options = { contextOf: () => 'notes', replicas: 1 };
  relaying = new Relay(harness.pool, new PostgresEventLog(harness.pool), nats, options).run(stop.signal);
});
afterAll(async () => {
  stop.abort();
  await relaying;
  await drainAndClose(nats);
});

/** All that the stream has had lately: the server keeps one that has ended for half a minute. */
const consumers = async () => {
  const manager = await nats.jetstreamManager();
  return manager.consumers.list('DOMAIN').next();
};

const takers = () => Promise.all(Array.from({ length: PROCESSES }, () => harness.noteTaker()));

describe(`${PROCESSES} processes`, () => {
  it('are delivered each event once, by one consumer', async () => {
    const processes = await takers();
    const handlers = processes.map(({ name }) => [name, new CountedCommands()] as const);
    void harness.run(processes, bySender(Object.fromEntries(handlers)), { nats });
    await eventually(async () => (await consumers()).length === 1);

    const executions = Array.from({ length: 20 }, anExecution);
    for (const executionId of executions) await harness.record(executionId, stepped(0), stepped(1));
    await Promise.all(processes.map((one) => harness.caughtUp(one)));
    for (const [, commands] of handlers) {
      for (const executionId of executions) expect(notesOf(commands, executionId)).toEqual(allNotes(2));
    }
    await eventually(async () => {
      const deliveries = (await consumers()).map(({ delivered }) => delivered.consumer_seq);
      expect(deliveries).toEqual([2 * executions.length]);
    });
  });

  it('are not held up by one that is far behind, and it needs no consumer of its own', async () => {
    const behind = await harness.noteTaker();
    const before = (await consumers()).length;
    const [old, recent] = [anExecution(), anExecution()];
    await harness.record(old, ...Array.from({ length: 1_100 }, (_, step) => stepped(step)));
    const level = await harness.noteTaker();
    const quick = new CountedCommands();
    const slow = new CountedCommands((_, arrival) =>
      arrival === 1 ? eventually(() => notesOf(quick, recent).length === 2).then(() => undefined) : undefined,
    );
    void harness.run([behind, level], bySender({ [behind.name]: slow, [level.name]: quick }), { nats });
    await eventually(() => slow.arrivals.length === 1);
    await harness.record(recent, stepped(0));
    await harness.caughtUp(level);
    await harness.caughtUp(behind);

    expect(notesOf(slow, old)).toEqual(allNotes(1_100));
    expect(notesOf(slow, recent)).toEqual(allNotes(1));
    expect(notesOf(quick, old)).toEqual([]);
    expect(await consumers()).toHaveLength(before + 1);
  });
});

describe('a process whose log was restored', () => {
  it('is shown as stopped while the others go on, and goes on where an operator says', async () => {
    const [stopped, sound] = [await harness.noteTaker(), await harness.noteTaker()];
    await harness.pool.query('update ops.processes set epoch = gen_random_uuid() where name = $1', [stopped.name]);
    const [missed, seen] = [anExecution(), anExecution()];
    const [one, other] = [new CountedCommands(), new CountedCommands()];
    await harness.record(missed, stepped(0));
    void harness.run([stopped, sound], bySender({ [stopped.name]: one, [sound.name]: other }), { nats });
    await harness.caughtUp(sound);
    expect(notesOf(other, missed)).toEqual(allNotes(1));
    expect(await harness.stateOf(stopped)).toMatchObject({
      status: 'stopped',
      error: expect.stringContaining('the log was restored') as string,
      failingSince: expect.any(String) as string,
    });

    const operator = new ProcessOperator(harness.pool);
    const { position } = await new PostgresEventLog(harness.pool).head();
    const retry = (at?: number) => operator.retry({ process: stopped.name, position: at });
    await expect(retry()).rejects.toMatchObject({ code: 'process.log_restored' });
    await expect(retry(position + 1)).rejects.toMatchObject({ code: 'process.position_beyond_head' });
    await retry(position);
    await harness.record(seen, stepped(0));
    await harness.caughtUp(stopped);

    expect(notesOf(one, missed)).toEqual([]);
    expect(notesOf(one, seen)).toEqual(allNotes(1));
    expect(await harness.stateOf(stopped)).toMatchObject({ status: 'running', error: null, failingSince: null });
  });
});
