import { randomUUID } from 'node:crypto';
import { LogReader, PostgresEventLog } from '@syntropic/event-store';
import { DomainError, eventIdOf } from '@syntropic/kernel';
import { eventually } from '@syntropic/testing';
import { startTimer, stopTimer } from './action';
import { effect } from './effect';
import { commandIdOf, process } from './process';
import { PositionLost } from './process-positions';
import { CountedCommands } from './testing/counted-commands';
import {
  allNotes,
  anExecution,
  bySender,
  Note,
  notesOf,
  ProcessHarness,
  stepped,
  walk,
} from './testing/process-harness';

const harness = new ProcessHarness();

describe('a process', () => {
  it('sends what it reacts with, saying why and for whom', async () => {
    const taker = await harness.noteTaker();
    const commands = new CountedCommands();
    const executionId = anExecution();
    const cause = await harness.record(executionId, { type: 'Ignored', data: {} }, stepped(0));
    void harness.run(taker, commands.send);
    await harness.caughtUp(taker);

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

  it('reacts to no event from before it was registered', async () => {
    const executionId = anExecution();
    await harness.record(executionId, stepped(0));
    const taker = await harness.noteTaker();
    const commands = new CountedCommands();
    void harness.run(taker, commands.send);
    await harness.record(executionId, stepped(1));
    await harness.caughtUp(taker);

    expect(commands.arrivals.map(({ data }) => data)).toEqual([
      { step: 1, part: 'begin' },
      { step: 1, part: 'end' },
    ]);
  });

  it('sends nothing again when the log is read anew, or when it starts again', async () => {
    const taker = await harness.noteTaker();
    const commands = new CountedCommands();
    await harness.record(anExecution(), stepped(0));
    void harness.run(taker, commands.send);
    await harness.caughtUp(taker);
    await harness.stop();

    const rebuilt: string[] = [];
    const rebuilding = new AbortController();
    const log = new PostgresEventLog(harness.pool);
    void new LogReader(log, undefined).follow(
      0,
      (events) => Promise.resolve(void rebuilt.push(...events.map(({ id }) => id))),
      rebuilding.signal,
    );
    void harness.run(taker, commands.send);
    await harness.record(anExecution(), { type: 'Ignored', data: {} });
    await harness.caughtUp(taker);
    await eventually(async () => rebuilt.length === (await log.head()).position).finally(() => {
      rebuilding.abort();
    });

    expect(commands.arrivals).toHaveLength(2);
  });

  it('treats a refusal as an answer', async () => {
    const taker = await harness.noteTaker();
    const commands = new CountedCommands((_, arrival) => {
      if (arrival === 1) throw new DomainError('note.unwanted', 'not now');
    });
    await harness.record(anExecution(), stepped(0));
    void harness.run(taker, commands.send);
    await harness.caughtUp(taker);

    expect(commands.arrivals.map(({ data }) => data)).toEqual(allNotes(1));
  });

  it('tries a fault again, says so meanwhile, and holds up neither other executions nor other processes', async () => {
    const [taker, other] = [await harness.noteTaker(), await harness.noteTaker()];
    const [troubled, sound] = [anExecution(), anExecution()];
    let broken = true;
    const commands = new CountedCommands(({ about }) => {
      if (broken && about.executionId === troubled) throw new Error('the handler is away');
    });
    const others = new CountedCommands();
    await harness.record(troubled, stepped(0));
    await harness.record(sound, stepped(0));
    const before = await harness.rowOf(taker);
    void harness.run([taker, other], bySender({ [taker.name]: commands, [other.name]: others }));
    await harness.caughtUp(other);
    await eventually(async () => (await harness.rowOf(taker))?.status === 'failing');
    await eventually(() => notesOf(commands, sound).length === 2);

    const failing = await harness.rowOf(taker);
    expect(failing?.position).toBe(before?.position);
    expect(failing?.error).toContain('(Stepped): the handler is away');
    broken = false;
    await harness.caughtUp(taker);
    expect(notesOf(commands, troubled)).toEqual(allNotes(1));
    expect(await harness.rowOf(taker)).toMatchObject({ status: 'running', error: null });
  });

  it('keeps the order of an execution, also where only the stream says which it is', async () => {
    const taker = await harness.noteTaker();
    const [slow, quick] = [anExecution(), anExecution()];
    const commands = new CountedCommands(async ({ data, about }) => {
      if (about.executionId !== slow || (data as { step: number }).step > 0) return;
      await eventually(() => notesOf(commands, quick).length === 2);
    });
    await harness.record(slow, stepped(0));
    await harness.recordInStream(`execution-${slow}`, stepped(1));
    await harness.record(quick, stepped(0));
    void harness.run(taker, commands.send);
    await harness.caughtUp(taker);

    const steps = commands.carriedOut.filter(({ about }) => about.executionId !== quick).map(({ data }) => data);
    expect(steps).toEqual(allNotes(2));
  });

  it('carries out effects and timers', async () => {
    const name = `steward-${randomUUID()}`;
    const executionId = anExecution();
    await harness.register(name);
    const ringBell = effect<Readonly<{ times: number }>>('ring_bell');
    const rung: object[] = [];
    const steward = process(walk)({
      name,
      on: {
        Stepped: ({ data: { step } }) =>
          step === 0
            ? [
                ringBell.action({ times: 2 }),
                startTimer('tea', 60, Note, { step, part: 'tea' }),
                startTimer('nap', 60, Note, { step, part: 'nap' }),
              ]
            : [stopTimer('tea')],
      },
    });
    const timers = async () => {
      const { rows } = await harness.pool.query<{ key: string }>(
        'select key from ops.timers where process = $1 and due_at is not null order by key',
        [name],
      );
      return rows.map(({ key }) => key);
    };
    const effects = ringBell.handler((input, position) => Promise.resolve(rung.push({ ...input, position })));

    void harness.run(steward, new CountedCommands().send, { effects });
    await harness.record(executionId, stepped(0));
    await harness.caughtUp(steward);
    expect(rung).toEqual([{ times: 2, position: expect.any(Number) as number }]);
    await expect(timers()).resolves.toEqual(['nap', 'tea']);
    await harness.record(executionId, stepped(1));
    await harness.caughtUp(steward);
    await expect(timers()).resolves.toEqual(['nap']);
  });
});

describe('the position of a process', () => {
  it('is not moved by a replica that has lost it', async () => {
    const taker = await harness.noteTaker();
    let thaw = (): void => undefined;
    const frozen = new CountedCommands((_, arrival) =>
      arrival <= 2 ? new Promise<void>((resolve) => (thaw = resolve)) : undefined,
    );
    await harness.record(anExecution(), stepped(0));
    const late = harness.run(taker, frozen.send);
    await eventually(() => frozen.arrivals.length === 1);

    await harness.record(anExecution(), stepped(0));
    void harness.run(taker, new CountedCommands().send);
    await harness.caughtUp(taker);
    const position = await harness.rowOf(taker);
    const refused = expect(late).rejects.toThrow(PositionLost);
    thaw();
    await eventually(() => frozen.arrivals.length === 2);
    thaw();
    await refused;

    await expect(harness.rowOf(taker)).resolves.toEqual(position);
  });

  it('is not taken for one in another log', async () => {
    const taker = await harness.noteTaker();
    await harness.pool.query('update ops.processes set epoch = gen_random_uuid() where name = $1', [taker.name]);

    await expect(harness.run(taker, new CountedCommands().send)).rejects.toThrow('the log was restored');
  });

  it('has to be registered', async () => {
    const stranger = process(walk)({ name: 'stranger', on: {} });

    await expect(harness.run(stranger, new CountedCommands().send)).rejects.toThrow('no migration has registered');
  });
});
