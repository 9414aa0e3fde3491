import { eventually } from '@syntropic/testing';
import { PositionLost } from './process-positions';
import { QUICK_ATTEMPTS } from './reactions';
import { brokenAt, stepOf } from './testing/broken-commands';
import { CountedCommands, type Received } from './testing/counted-commands';
import { allNotes, anExecution, notesOf, ProcessHarness } from './testing/process-harness';

const harness = new ProcessHarness();

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
    await harness.recordSteps(troubled, 0, 1, 2);
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
    await harness.recordSteps(troubled, 3);
    await harness.recordSteps(sound, 0);

    void harness.run(taker, commands.send);
    await harness.readUpToHead(taker);
    expect(notesOf(commands, troubled)).toEqual(allNotes(1));
    expect(notesOf(commands, sound)).toEqual(allNotes(1));
    repair();
    await harness.caughtUp(taker);
    expect(notesOf(commands, troubled)).toEqual(allNotes(4));
  });
});

describe('a leader that was frozen while another took over', () => {
  it('sets nothing aside and marks nothing as failing, though the position is still where it left it', async () => {
    const taker = await harness.noteTaker();
    const executionId = anExecution();
    let thaw = (): void => undefined;
    const frozen = new CountedCommands((_, arrival) => {
      if (arrival < QUICK_ATTEMPTS) throw new Error('cannot be taken');
      return new Promise<void>((_resolve, reject) => {
        thaw = () => {
          reject(new Error('cannot be taken'));
        };
      });
    });
    await harness.recordSteps(executionId, 0);
    const late = harness.run(taker, frozen.send);
    await eventually(() => frozen.arrivals.length === QUICK_ATTEMPTS);
    const before = await harness.rowOf(taker);

    const lost = late.then(
      () => undefined,
      (error: unknown) => error,
    );
    const commands = new CountedCommands(() => lost.then(() => undefined));
    void harness.run(taker, commands.send);
    await eventually(() => commands.arrivals.length === 1);
    thaw();

    expect(await lost).toBeInstanceOf(PositionLost);
    expect(await harness.backlogOf(taker)).toEqual([]);
    await harness.caughtUp(taker);
    expect(notesOf(commands, executionId)).toEqual(allNotes(1));
    expect(before?.position).toBe((await harness.positionOf(executionId, 0)) - 1);
  });

  it('removes nothing from the backlog', async () => {
    const taker = await harness.noteTaker();
    const executionId = anExecution();
    let thaw = (): void => undefined;
    const frozen = new CountedCommands((_, arrival) => {
      if (arrival <= QUICK_ATTEMPTS) throw new Error('cannot be taken');
      return arrival === QUICK_ATTEMPTS + 1 ? new Promise<void>((resolve) => (thaw = resolve)) : undefined;
    });
    await harness.recordSteps(executionId, 0);
    const late = harness.run(taker, frozen.send);
    await eventually(() => frozen.arrivals.length === QUICK_ATTEMPTS + 1);

    const { commands } = brokenAt(executionId, 0);
    void harness.run(taker, commands.send);
    await eventually(() => commands.arrivals.length > 0);
    thaw();
    await expect(late).rejects.toThrow(PositionLost);
    expect(await harness.backlogOf(taker)).toEqual([await harness.positionOf(executionId, 0)]);
  });
});
