import { randomUUID } from 'node:crypto';
import { EventAppender, LogReader, PostgresEventLog } from '@syntropic/event-store';
import { command, DomainError, eventIdOf, type CommandContext, type Event } from '@syntropic/kernel';
import { createPool } from '@syntropic/postgres';
import { eventually, useDatabase } from '@syntropic/testing';
import { WorkQueue } from '@syntropic/work';
import fc from 'fast-check';
import type { Pool } from 'pg';
import { z } from 'zod';
import { closeWork, control, enqueue, send, startTimer, stopTimer } from './action';
import { Effects } from './effects';
import { commandIdOf, process, type Process } from './process';
import { PlaceLost, ProcessRunner } from './process-runner';
import type { SendCommand } from './send-command';
import { CountedCommands } from './testing/counted-commands';
import { Timers } from './timers';

class Note extends command('Note', { step: z.number(), part: z.string() }) {}

type Stepped = Event<'Stepped', { step: number }>;
type Ignored = Event<'Ignored'>;

const database = useDatabase();
const silent = { debug: () => undefined, warn: () => undefined };
const runs: AbortController[] = [];
const mortals: Pool[] = [];
let pool: Pool;
let appender: EventAppender;

beforeAll(() => {
  pool = createPool(database.urlAs('syn_command_service'));
  appender = new EventAppender(pool);
});
afterEach(async () => {
  for (const run of runs.splice(0)) run.abort();
  for (const own of mortals.splice(0)) if (!own.ended) await own.end();
});
afterAll(() => pool.end());

/** A process that notes each step twice, registered at the head of this moment. */
const noteTaker = async (): Promise<Process> => {
  const name = `note-taker-${randomUUID()}`;
  await database.pool.query('select ops.register_process($1)', [name]);
  return process<Stepped>({
    name,
    on: {
      Stepped: ({ data: { step } }) => [
        send('notes', Note, { step, part: 'begin' }),
        send('notes', Note, { step, part: 'end' }),
      ],
    },
  });
};

const about = (executionId?: string): CommandContext => ({
  commandId: randomUUID(),
  correlationId: randomUUID(),
  causationId: randomUUID(),
  actor: { kind: 'user', id: 'ada' },
  bodyHash: 'of the body',
  ...(executionId && { executionId }),
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
});

const anExecution = () => `exec-${randomUUID().slice(-12)}`;

/** Each event in a stream of its own: only its execution says what it belongs to. */
const record = async (executionId: string, ...events: readonly (Stepped | Ignored)[]): Promise<CommandContext> => {
  const context = about(executionId);
  await appender.append({ stream: `note-${randomUUID()}`, expected: 0, events, context });
  return context;
};

const stepped = (step: number): Stepped => ({ type: 'Stepped', data: { step } });

const runnerOf = (running: Process, sending: SendCommand, on = pool) => {
  const timers = new Timers(on, sending, silent);
  const queue = new WorkQueue(on, { hint: () => undefined, wake: () => undefined });
  return new ProcessRunner(running, {
    pool: on,
    reader: new LogReader(new PostgresEventLog(on), undefined),
    effects: new Effects(sending, queue, timers),
    log: silent,
    backOffMs: 1,
  });
};

const run = (running: Process, sending: SendCommand, on = pool): Promise<void> => {
  const until = new AbortController();
  runs.push(until);
  return runnerOf(running, sending, on).run(until.signal);
};

const placeOf = async ({ name }: Process) => {
  const { rows } = await pool.query<{ position: number; status: string; error: string | null }>(
    'select position, status, error from ops.processes where name = $1',
    [name],
  );
  return rows[0];
};

const caughtUp = (running: Process) =>
  eventually(async () => {
    const { rows } = await pool.query<{ position: number }>('select position from log.log_head');
    return (await placeOf(running))?.position === rows[0]?.position;
  });

/** What an execution's events have led to, in the order in which it was first carried out. */
const notesOf = (commands: CountedCommands, executionId: string) =>
  commands.carriedOut.filter(({ about }) => about.executionId === executionId).map(({ data }) => data);

const allNotes = (steps: number) =>
  Array.from({ length: steps }, (_, step) => [
    { step, part: 'begin' },
    { step, part: 'end' },
  ]).flat();

/** A replica that dies at its nth moment: before or after a command is carried out, never having said where it was. */
const mortal = (running: Process, { send }: CountedCommands, deathAt: number): void => {
  const own = createPool(database.urlAs('syn_command_service'));
  let moments = 0;
  const moment = (): Promise<void> => {
    if (++moments < deathAt) return Promise.resolve();
    void own.end().catch(() => undefined);
    return new Promise(() => undefined);
  };
  const sending: SendCommand = async (...command) => {
    await moment();
    const outcome = await send(...command);
    await moment();
    return outcome;
  };
  run(running, sending, own).catch(() => undefined);
  mortals.push(own);
};

describe('a process', () => {
  it('sends what it reacts with, saying why and for whom', async () => {
    const taker = await noteTaker();
    const commands = new CountedCommands();
    const executionId = anExecution();
    const cause = await record(executionId, { type: 'Ignored', data: {} }, stepped(0));
    void run(taker, commands.send);
    await caughtUp(taker);

    const event = eventIdOf(cause.commandId, 1);
    expect(commands.arrivals.map(({ about }) => about.commandId)).toEqual([
      commandIdOf(taker.name, event, 0),
      commandIdOf(taker.name, event, 1),
    ]);
    expect(commands.arrivals[0]).toMatchObject({
      context: 'notes',
      type: 'Note',
      data: { step: 0, part: 'begin' },
      about: {
        correlationId: cause.correlationId,
        causationId: event,
        actor: { kind: 'service', id: taker.name },
        executionId,
        traceparent: cause.traceparent,
      },
    });
  });

  it('hears of nothing that happened before it was registered', async () => {
    const executionId = anExecution();
    await record(executionId, stepped(0));
    const taker = await noteTaker();
    const commands = new CountedCommands();
    void run(taker, commands.send);
    await record(executionId, stepped(1));
    await caughtUp(taker);

    expect(commands.arrivals.map(({ data }) => data)).toEqual([
      { step: 1, part: 'begin' },
      { step: 1, part: 'end' },
    ]);
  });

  it('sends nothing again, whoever reads the log anew and however often it starts', async () => {
    const taker = await noteTaker();
    const commands = new CountedCommands();
    await record(anExecution(), stepped(0));
    void run(taker, commands.send);
    await caughtUp(taker);
    for (const until of runs.splice(0)) until.abort();

    const rebuilt: string[] = [];
    const rebuilding = new AbortController();
    runs.push(rebuilding);
    const log = new PostgresEventLog(pool);
    void new LogReader(log, undefined).follow(
      0,
      (events) => Promise.resolve(void rebuilt.push(...events.map(({ id }) => id))),
      rebuilding.signal,
    );
    void run(taker, commands.send);
    await record(anExecution(), { type: 'Ignored', data: {} });
    await caughtUp(taker);
    await eventually(async () => rebuilt.length === (await log.head()).position);

    expect(commands.arrivals).toHaveLength(2);
  });

  it('takes a refusal for an answer', async () => {
    const taker = await noteTaker();
    const commands = new CountedCommands((_, arrival) => {
      if (arrival === 1) throw new DomainError('note.unwanted', 'not now');
    });
    await record(anExecution(), stepped(0));
    void run(taker, commands.send);
    await caughtUp(taker);

    expect(commands.arrivals.map(({ data }) => data)).toEqual(allNotes(1));
  });

  it('tries a fault again, says so meanwhile, and holds up neither other executions nor other processes', async () => {
    const [taker, other] = [await noteTaker(), await noteTaker()];
    const [troubled, sound] = [anExecution(), anExecution()];
    let broken = true;
    const commands = new CountedCommands(({ about }) => {
      if (broken && about.executionId === troubled) throw new Error('the handler is away');
    });
    const others = new CountedCommands();
    await record(troubled, stepped(0));
    await record(sound, stepped(0));
    const before = await placeOf(taker);
    void run(taker, commands.send);
    void run(other, others.send);
    await caughtUp(other);
    await eventually(async () => (await placeOf(taker))?.status === 'failing');
    await eventually(() => notesOf(commands, sound).length === 2);

    const failing = await placeOf(taker);
    expect(failing?.position).toBe(before?.position);
    expect(failing?.error).toContain('(Stepped): the handler is away');
    broken = false;
    await caughtUp(taker);
    expect(notesOf(commands, troubled)).toEqual(allNotes(1));
    expect(await placeOf(taker)).toMatchObject({ status: 'running', error: null });
  });

  it('keeps the order of an execution, also where only the stream says which it is', async () => {
    const taker = await noteTaker();
    const [slow, quick] = [anExecution(), anExecution()];
    const commands = new CountedCommands(async ({ data, about }) => {
      if (about.executionId !== slow || (data as { step: number }).step > 0) return;
      await eventually(() => notesOf(commands, quick).length === 2);
    });
    await record(slow, stepped(0));
    await appender.append({ stream: `execution-${slow}`, expected: 0, events: [stepped(1)], context: about() });
    await record(quick, stepped(0));
    void run(taker, commands.send);
    await caughtUp(taker);

    const steps = commands.carriedOut.filter(({ about }) => about.executionId !== quick).map(({ data }) => data);
    expect(steps).toEqual(allNotes(2));
  });

  it('carries out what concerns work and timers', async () => {
    const name = `steward-${randomUUID()}`;
    const [sessionId, executionId] = [randomUUID(), anExecution()];
    await database.pool.query('select ops.register_process($1)', [name]);
    const work = { workflowId: 'w', phaseId: 'p', attempt: 1, leg: 1, backend: 'sandbox', provider: 'command' };
    const steward = process<Stepped>({
      name,
      on: {
        Stepped: ({ data: { step } }) =>
          step === 0
            ? [
                enqueue({ sessionId, executionId, ...work }),
                control(executionId, 'pause'),
                startTimer('tea', 60, 'notes', Note, { step, part: 'tea' }),
                startTimer('nap', 60, 'notes', Note, { step, part: 'nap' }),
              ]
            : [closeWork(executionId), stopTimer('tea')],
      },
    });
    const stateOfAll = async () => {
      const { rows } = await pool.query<{ state: string; control: string; timers: string[] | null }>(
        `select w.state, w.control, array(
           select t.key from ops.timers t where t.process = $2 and t.due_at is not null order by t.key) as timers
           from ops.work w where w.session_id = $1`,
        [sessionId, name],
      );
      return rows;
    };

    void run(steward, new CountedCommands().send);
    await record(executionId, stepped(0));
    await caughtUp(steward);
    await expect(stateOfAll()).resolves.toEqual([{ state: 'queued', control: 'pause', timers: ['nap', 'tea'] }]);
    await record(executionId, stepped(1));
    await caughtUp(steward);
    await expect(stateOfAll()).resolves.toEqual([{ state: 'closed', control: 'pause', timers: ['nap'] }]);
  });
});

describe('the place of a process', () => {
  it('is not moved by a replica that has lost it', async () => {
    const taker = await noteTaker();
    let thaw = (): void => undefined;
    const frozen = new CountedCommands(() => new Promise<void>((resolve) => (thaw = resolve)));
    await record(anExecution(), stepped(0));
    const late = run(taker, frozen.send);
    await eventually(() => frozen.arrivals.length === 1);

    await record(anExecution(), stepped(0));
    void run(taker, new CountedCommands().send);
    await caughtUp(taker);
    const place = await placeOf(taker);
    const refused = expect(late).rejects.toThrow(PlaceLost);
    thaw();
    await eventually(() => frozen.arrivals.length === 2);
    thaw();
    await refused;

    await expect(placeOf(taker)).resolves.toEqual(place);
  });

  it('is not taken for one in another log', async () => {
    const taker = await noteTaker();
    await pool.query('update ops.processes set epoch = gen_random_uuid() where name = $1', [taker.name]);

    await expect(run(taker, new CountedCommands().send)).rejects.toThrow('the log was restored');
  });

  it('has to be registered', async () => {
    const stranger = process<Stepped>({ name: 'stranger', on: {} });

    await expect(run(stranger, new CountedCommands().send)).rejects.toThrow('no migration has registered');
  });
});

describe('whatever dies', () => {
  const recordSteps = async (executions: readonly string[]): Promise<void> => {
    const next = new Map<string, number>();
    for (const executionId of executions) {
      const step = next.get(executionId) ?? 0;
      next.set(executionId, step + 1);
      await record(executionId, stepped(step));
    }
  };

  it('before or after any command, the next replica repeats it under the same id and leaves none out', async () => {
    const moments = Array.from({ length: 12 }, (_, n) => n + 1);
    for (const deathAt of moments) {
      const taker = await noteTaker();
      const [one, other] = [anExecution(), anExecution()];
      const commands = new CountedCommands();
      let arrivedAtDeath = 0;
      await recordSteps([one, other, one]);
      const start = (await placeOf(taker))?.position;
      mortal(taker, commands, deathAt);
      await eventually(() => mortals.at(-1)?.ended === true);
      arrivedAtDeath = commands.arrivals.length;

      expect((await placeOf(taker))?.position).toBe(start);
      void run(taker, commands.send);
      await caughtUp(taker);
      expect(notesOf(commands, one)).toEqual(allNotes(2));
      expect(notesOf(commands, other)).toEqual(allNotes(1));
      expect(commands.arrivals).toHaveLength(arrivedAtDeath + 6);
    }
  });

  it('and however many replicas work at once, each step is noted, in order, and once', async () => {
    const story = fc.array(fc.nat(3), { minLength: 1, maxLength: 15, size: 'large' });
    const deaths = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 3 });
    const faults = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 6 });

    await fc.assert(
      fc.asyncProperty(story, deaths, faults, async (steps, deathMoments, failing) => {
        const taker = await noteTaker();
        const executions = [anExecution(), anExecution(), anExecution(), anExecution()] as const;
        const commands = new CountedCommands((_, arrival) => {
          if (failing.includes(arrival)) throw new Error('a fault');
        });
        const survive = async (): Promise<void> => {
          const lost = await run(taker, commands.send).then(
            () => false,
            (error: unknown) => error instanceof PlaceLost,
          );
          if (lost) await survive();
        };
        for (const deathAt of deathMoments) mortal(taker, commands, deathAt);
        void survive();
        await recordSteps(steps.flatMap((n) => executions[n] ?? []));
        await caughtUp(taker);

        for (const [n, executionId] of executions.entries()) {
          expect(notesOf(commands, executionId)).toEqual(allNotes(steps.filter((step) => step === n).length));
        }
      }),
      { numRuns: 25 },
    );
  });
});
