import { AppendOutcomeUnknown } from '@syntropic/event-store';
import { eventually, TcpProxy } from '@syntropic/testing';
import { Pool } from 'pg';
import { send } from './action';
import { ProcessOperator } from './operator';
import { process, type Process } from './process';
import { PlaceLost } from './process-places';
import { QUICK_ATTEMPTS } from './reactions';
import { CountedCommands, type Received } from './testing/counted-commands';
import { allNotes, anExecution, Note, notesOf, ProcessHarness, stepped, walk } from './testing/process-harness';

const harness = new ProcessHarness();

/** A handler that fails at one step of one execution until it is repaired. */
function brokenAt(executionId: string, step: number) {
  let isBroken = true;
  const commands = new CountedCommands(({ about, data }) => {
    if (isBroken && about.executionId === executionId && stepOf(data) === step) throw new Error('cannot be taken');
  });
  return {
    commands,
    repair: () => {
      isBroken = false;
    },
  };
}

const stepOf = (data: object): number => (data as { step: number }).step;

const positionOf = async (executionId: string, step: number): Promise<number> => {
  const { rows } = await harness.pool.query<{ position: number }>(
    `select position from log.events where metadata ->> 'executionId' = $1 and (data ->> 'step')::int = $2`,
    [executionId, step],
  );
  return rows[0]?.position ?? 0;
};

const record = async (executionId: string, ...steps: readonly number[]): Promise<void> => {
  for (const step of steps) await harness.record(executionId, stepped(step));
};

const readUpToHead = (taker: Process) =>
  eventually(async () => {
    const { rows } = await harness.pool.query<{ isLevel: boolean }>(
      `select p.reader_position = h.position as "isLevel" from ops.processes p, log.log_head h where p.name = $1`,
      [taker.name],
    );
    return rows[0]?.isLevel ?? false;
  });

describe('an event that cannot be carried out', () => {
  it('holds up only its own execution, whose later events keep their order when it is repaired', async () => {
    const taker = await harness.noteTaker();
    const [troubled, sound] = [anExecution(), anExecution()];
    const { commands, repair } = brokenAt(troubled, 1);
    await record(troubled, 0, 1, 2);
    await record(sound, 0);
    void harness.run(taker, commands.send);
    await eventually(async () => (await harness.backlogOf(taker)).length === 2);
    await record(troubled, 3);
    await record(sound, 1);
    await readUpToHead(taker);

    expect(notesOf(commands, sound)).toEqual(allNotes(2));
    expect(notesOf(commands, troubled)).toEqual(allNotes(1));
    const position = await positionOf(troubled, 1);
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
    await record(executionId, 0, 1);
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
    await record(executionId, 0);
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
    await record(executionId, 0, 1, 2);
    void harness.run(taker, commands.send);
    await eventually(async () => (await harness.backlogOf(taker)).length === 3);
    const [first, waiting] = [await positionOf(executionId, 0), await positionOf(executionId, 1)];
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
    for (const executionId of executions) await record(executionId, 0);
    void harness.run(taker, commands.send, { pool });
    await eventually(() => commands.arrivals.length > 2 * executions.length * QUICK_ATTEMPTS);
    expect(await harness.backlogOf(taker)).toEqual([]);

    wire.mend();
    await eventually(async () => {
      for (const executionId of executions) expect(notesOf(commands, executionId)).toEqual(allNotes(1));
      await harness.caughtUp(taker);
    });
    await harness.stop();
    wire.cut();
  });

  it('when the outcome of an append is unknown', async () => {
    const taker = await harness.noteTaker();
    const executionId = anExecution();
    let isUnknown = true;
    const commands = new CountedCommands(() => {
      if (isUnknown) throw new AppendOutcomeUnknown('note-1', new Error('cut off'));
    });
    await record(executionId, 0);
    void harness.run(taker, commands.send);
    await eventually(() => commands.arrivals.length > 2 * QUICK_ATTEMPTS);
    await eventually(async () => (await harness.placeOf(taker))?.status === 'failing');
    expect(await harness.backlogOf(taker)).toEqual([]);

    isUnknown = false;
    await harness.caughtUp(taker);
    expect(notesOf(commands, executionId)).toEqual(allNotes(1));
    expect(await harness.placeOf(taker)).toMatchObject({ status: 'running', error: null });
  });
});

describe('a leader that dies', () => {
  it.each([
    ['before the event is set aside', 2],
    ['between two attempts of the backlog', QUICK_ATTEMPTS + 2],
  ])('%s is followed by one that keeps the order', async (_, deathAt) => {
    const taker = await harness.noteTaker();
    const [troubled, sound] = [anExecution(), anExecution()];
    const { commands, repair } = brokenAt(troubled, 1);
    const own = harness.ownPool();
    const failures = ({ about, data }: Received) => about.executionId === troubled && stepOf(data) === 1;
    await record(troubled, 0, 1, 2);
    void harness.run(
      taker,
      (...command) => {
        const died = commands.arrivals.filter(failures).length >= deathAt;
        if (died && !own.ending) void own.end();
        return own.ending ? new Promise(() => undefined) : commands.send(...command);
      },
      { pool: own },
    );
    await eventually(() => own.ended);
    await record(troubled, 3);
    await record(sound, 0);

    void harness.run(taker, commands.send);
    await readUpToHead(taker);
    expect(notesOf(commands, troubled)).toEqual(allNotes(1));
    expect(notesOf(commands, sound)).toEqual(allNotes(1));
    repair();
    await harness.caughtUp(taker);
    expect(notesOf(commands, troubled)).toEqual(allNotes(4));
  });
});

describe('a leader that was frozen while another took over', () => {
  const frozenAt = (when: number) => {
    let thaw = (_: Error): void => undefined;
    const commands = new CountedCommands((_, arrival) => {
      if (arrival < when) throw new Error('cannot be taken');
      return arrival === when ? new Promise<void>((_resolve, reject) => (thaw = reject)) : undefined;
    });
    return {
      commands,
      thaw: (error: Error) => {
        thaw(error);
      },
    };
  };

  it('sets nothing aside and marks nothing as failing', async () => {
    const taker = await harness.noteTaker();
    const executionId = anExecution();
    const { commands, thaw } = frozenAt(QUICK_ATTEMPTS);
    await record(executionId, 0);
    const late = harness.run(taker, commands.send);
    await eventually(() => commands.arrivals.length === QUICK_ATTEMPTS);

    void harness.run(taker, new CountedCommands().send);
    await harness.caughtUp(taker);
    thaw(new Error('cannot be taken'));
    await expect(late).rejects.toThrow(PlaceLost);
    expect(await harness.stateOf(taker)).toMatchObject({ status: 'running', error: null, backlog: 0 });
  });

  it('removes nothing from the backlog', async () => {
    const taker = await harness.noteTaker();
    const executionId = anExecution();
    let thaw = (): void => undefined;
    const frozen = new CountedCommands((_, arrival) => {
      if (arrival <= QUICK_ATTEMPTS) throw new Error('cannot be taken');
      return arrival === QUICK_ATTEMPTS + 1 ? new Promise<void>((resolve) => (thaw = resolve)) : undefined;
    });
    await record(executionId, 0);
    const late = harness.run(taker, frozen.send);
    await eventually(() => frozen.arrivals.length === QUICK_ATTEMPTS + 1);

    const { commands } = brokenAt(executionId, 0);
    void harness.run(taker, commands.send);
    await eventually(() => commands.arrivals.length > 0);
    thaw();
    await expect(late).rejects.toThrow(PlaceLost);
    expect(await harness.backlogOf(taker)).toEqual([await positionOf(executionId, 0)]);
  });
});
