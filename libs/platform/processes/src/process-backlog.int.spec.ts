import { AppendOutcomeUnknown } from '@syntropic/event-store';
import { eventually, TcpProxy } from '@syntropic/testing';
import { Pool } from 'pg';
import { send } from './action';
import { ProcessOperator } from './operator';
import { process } from './process';
import { QUICK_ATTEMPTS } from './reactions';
import { brokenAt, stepOf } from './testing/broken-commands';
import { CountedCommands } from './testing/counted-commands';
import { allNotes, anExecution, Note, notesOf, ProcessHarness, walk } from './testing/process-harness';

const harness = new ProcessHarness();

describe('an event that cannot be carried out', () => {
  it('holds up only its own execution, whose later events keep their order when it is repaired', async () => {
    const taker = await harness.noteTaker();
    const [troubled, sound] = [anExecution(), anExecution()];
    const { commands, repair } = brokenAt(troubled, 1);
    await harness.recordSteps(troubled, 0, 1, 2);
    await harness.recordSteps(sound, 0);
    void harness.run(taker, commands.send);
    await eventually(async () => (await harness.backlogOf(taker)).length === 2);
    await harness.recordSteps(troubled, 3);
    await harness.recordSteps(sound, 1);
    await harness.readUpToHead(taker);

    expect(notesOf(commands, sound)).toEqual(allNotes(2));
    expect(notesOf(commands, troubled)).toEqual(allNotes(1));
    const position = await harness.positionOf(troubled, 1);
    expect(await harness.stateOf(taker)).toMatchObject({
      status: 'failing',
      position: position - 1,
      backlog: 3,
      failing: [
        {
          partition: troubled,
          event: { position, type: 'Stepped', data: { step: 1 } },
          error: `at ${position} (Stepped): cannot be taken`,
        },
      ],
    });

    repair();
    await harness.caughtUp(taker);
    expect(notesOf(commands, troubled)).toEqual(allNotes(4));
    expect(await harness.stateOf(taker)).toMatchObject({
      status: 'running',
      error: null,
      failingSince: null,
      backlog: 0,
      failing: [],
    });
  });

  it('may be one that the process itself does not understand', async () => {
    const { name } = await harness.noteTaker();
    const executionId = anExecution();
    let isBroken = true;
    const commands = new CountedCommands();
    const taker = process(walk)({
      name,
      on: {
        Stepped: ({ data: { step } }) => {
          if (isBroken && step === 0) throw new TypeError('no such field');
          return [send(Note, { step, part: 'only' })];
        },
      },
    });
    await harness.recordSteps(executionId, 0, 1);
    void harness.run(taker, commands.send);
    await eventually(async () => (await harness.backlogOf(taker)).length === 2);
    expect(commands.arrivals).toEqual([]);

    isBroken = false;
    await harness.caughtUp(taker);
    expect(commands.carriedOut.map(({ data }) => stepOf(data))).toEqual([0, 1]);
  });

  it('is tried again with growing pauses, and at once when an operator says so', async () => {
    const taker = await harness.noteTaker();
    const executionId = anExecution();
    const { commands, repair } = brokenAt(executionId, 0);
    await harness.recordSteps(executionId, 0);
    void harness.run(taker, commands.send);
    const attempts = async () => (await harness.stateOf(taker))?.failing[0]?.attempts ?? 0;
    await eventually(async () => (await attempts()) > QUICK_ATTEMPTS + 1);

    await harness.pool.query(`update ops.process_backlog set next_attempt_at = 'infinity' where process = $1`, [
      taker.name,
    ]);
    repair();
    await new ProcessOperator(harness.pool).retry({ process: taker.name });
    await harness.caughtUp(taker);
    expect(notesOf(commands, executionId)).toEqual(allNotes(1));
  });

  it('can be parked: the later events of its execution go on without it, in order', async () => {
    const taker = await harness.noteTaker();
    const executionId = anExecution();
    const { commands } = brokenAt(executionId, 0);
    await harness.recordSteps(executionId, 0, 1, 2);
    void harness.run(taker, commands.send);
    await eventually(async () => (await harness.backlogOf(taker)).length === 3);
    const [first, waiting] = [await harness.positionOf(executionId, 0), await harness.positionOf(executionId, 1)];
    const park = (name: string, position: number) =>
      new ProcessOperator(harness.pool).park({ process: name, position, reason: 'not ours' }, 'user:ada');

    await expect(park(taker.name, waiting)).rejects.toMatchObject({ code: 'process.not_failing' });
    await expect(park('stranger', first)).rejects.toMatchObject({ code: 'process.not_found' });
    await park(taker.name, first);
    await park(taker.name, first);
    await harness.caughtUp(taker);

    expect(notesOf(commands, executionId)).toEqual(allNotes(3).slice(2));
    expect(await harness.stateOf(taker)).toMatchObject({
      status: 'running',
      parked: [
        { event: { position: first }, error: expect.stringContaining('cannot be taken') as string, by: 'user:ada' },
      ],
    });
  });
});

/** Gives an absent store up sooner than a service does. */
function impatientPool(connectionString: string): Pool {
  const pool = new Pool({ connectionString, connectionTimeoutMillis: 200, query_timeout: 200 });
  pool.on('error', () => undefined);
  return pool;
}

describe('a fault of the store puts nothing into the backlog', () => {
  it('while the store does not answer', async () => {
    const taker = await harness.noteTaker();
    const executions = [anExecution(), anExecution()];
    const wire = await TcpProxy.to(harness.url);
    const pool = impatientPool(wire.url);
    const commands = new CountedCommands(async (_, arrival) => {
      if (arrival === 1) wire.silence();
      await pool.query('select');
    });
    for (const executionId of executions) await harness.recordSteps(executionId, 0);
    void harness.run(taker, commands.send, { pool });
    try {
      await eventually(() => commands.arrivals.length > 2 * executions.length * QUICK_ATTEMPTS);
      expect(await harness.backlogOf(taker)).toEqual([]);

      wire.mend();
      await harness.caughtUp(taker);
      for (const executionId of executions) expect(notesOf(commands, executionId)).toEqual(allNotes(1));
    } finally {
      await harness.stop();
      wire.cut();
      await pool.end();
    }
  });

  it('when the outcome of an append is unknown', async () => {
    const taker = await harness.noteTaker();
    const executionId = anExecution();
    let isUnknown = true;
    const commands = new CountedCommands(() => {
      if (isUnknown) throw new AppendOutcomeUnknown('note-1', new Error('cut off'));
    });
    await harness.recordSteps(executionId, 0);
    void harness.run(taker, commands.send);
    await eventually(() => commands.arrivals.length > 2 * QUICK_ATTEMPTS);
    await eventually(async () => (await harness.rowOf(taker))?.status === 'failing');
    expect(await harness.backlogOf(taker)).toEqual([]);

    isUnknown = false;
    await harness.caughtUp(taker);
    expect(notesOf(commands, executionId)).toEqual(allNotes(1));
    expect(await harness.rowOf(taker)).toMatchObject({ status: 'running', error: null });
  });
});
