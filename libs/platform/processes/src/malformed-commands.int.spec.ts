import { DomainError, type Recorded } from '@syntropic/kernel';
import { eventually } from '@syntropic/testing';
import { send } from './action';
import { process } from './process';
import { stepOf } from './testing/broken-commands';
import { CountedCommands } from './testing/counted-commands';
import { anExecution, Note, notesOf, ProcessHarness, walk } from './testing/process-harness';

const harness = new ProcessHarness();

const invalid = new DomainError('command.invalid', 'part: too long', 'invalid', 'part');

/** A handler that refuses the ends of steps. */
const refusing = (refusal: DomainError) =>
  new CountedCommands(({ data }) => {
    if ('part' in data && data.part === 'end') throw refusal;
  });

describe('a command of a process that is refused as malformed', () => {
  it('makes its event fail, where everybody can see it', async () => {
    const taker = await harness.noteTaker();
    const [executionId, commands] = [anExecution(), refusing(invalid)];
    await harness.recordSteps(executionId, 0);
    void harness.run(taker, commands.send);
    await eventually(async () => (await harness.backlogOf(taker)).length === 1);

    await expect(harness.stateOf(taker)).resolves.toMatchObject({
      status: 'failing',
      failing: [{ partition: executionId, error: expect.stringContaining('part: too long') as string }],
    });
  });

  it('is answered by the command that the process has for it', async () => {
    const { name } = await harness.noteTaker();
    const told = ({ data }: Recorded, { message }: DomainError) => [send(Note, { step: stepOf(data), part: message })];
    const taker = process(walk)({
      name,
      on: { Stepped: ({ data: { step } }) => [send(Note, { step, part: 'begin' }), send(Note, { step, part: 'end' })] },
      onMalformed: { Stepped: told },
    });
    const [executionId, commands] = [anExecution(), refusing(invalid)];
    await harness.recordSteps(executionId, 0, 1);
    void harness.run(taker, commands.send);
    await harness.caughtUp(taker);

    expect(notesOf(commands, executionId)).toEqual(
      [0, 1].flatMap((step) => [
        { step, part: 'begin' },
        { step, part: 'part: too long' },
      ]),
    );
  });

  it('is told from one that a rule refuses, which answers it', async () => {
    const taker = await harness.noteTaker();
    const [executionId, commands] = [anExecution(), refusing(new DomainError('notes.closed', 'no more', 'invalid'))];
    await harness.recordSteps(executionId, 0);
    void harness.run(taker, commands.send);
    await harness.caughtUp(taker);

    expect(notesOf(commands, executionId)).toEqual([{ step: 0, part: 'begin' }]);
  });
});
