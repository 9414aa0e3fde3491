import { describeWithAgent, eventually, gate } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { shows, tool, usePausedClaude, waitingTool } from '../../test/paused-claude.fixture';
import { useDirectory } from '../../test/workspace.fixture';

describeWithAgent('claude', 'Claude Code, ended at any moment', () => {
  const { answer, start, callsOf } = usePausedClaude(useDirectory());
  type Started = Awaited<ReturnType<typeof start>>;

  const end = async ({ run, drained }: Started) => {
    run.park();
    await expect(run.finished).resolves.toMatchObject({ outcome: 'parked' });
    await drained;
    await run.spool.close();
  };
  const complete = async ({ run, drained }: Started) => {
    await expect(run.finished).resolves.toMatchObject({ outcome: 'completed' });
    await drained;
  };

  it.each<[string, (started: Started) => Promise<unknown>]>([
    ['before it has done anything', () => Promise.resolve()],
    ['when it has shown its prompt', ({ lines }) => shows(lines, '"isReplay":true')],
  ])('%s, begins or goes on with its task in the next leg', async (_, moment) => {
    answer({ text: 'Done.' }, { text: 'Done.' });
    const sessionId = randomUUID();
    const first = await start(sessionId);
    await moment(first);
    await end(first);

    await complete(await start(sessionId, 2));
    expect(JSON.stringify(callsOf(sessionId).at(-1)?.body.messages)).toContain('Do your work');
  });

  it('in the midst of an answer, asks again in the same conversation', async () => {
    const { opened } = gate();
    answer({ tools: [tool('one')] }, { text: 'Never told.', until: opened }, { text: 'Done.' });
    const sessionId = randomUUID();
    const first = await start(sessionId);
    await eventually(() => callsOf(sessionId).length === 2);
    await end(first);
    expect(callsOf(sessionId)).toHaveLength(2);

    const second = await start(sessionId, 2);
    await complete(second);
    expect(second.ran()).toEqual(['one']);
    expect(callsOf(sessionId)).toHaveLength(3);
    expect(JSON.stringify(callsOf(sessionId).at(-1)?.body.messages)).toContain('toolu_one');
  });

  it('in the midst of a tool, does not run it again by itself', async () => {
    answer({ tools: [waitingTool('one')] }, { text: 'Done.' });
    const sessionId = randomUUID();
    const first = await start(sessionId);
    await eventually(() => first.begun('one'));
    await end(first);
    first.let('one');

    const second = await start(sessionId, 2);
    await complete(second);
    expect(second.ran()).toEqual([]);
    expect(callsOf(sessionId)).toHaveLength(2);
    expect(JSON.stringify(callsOf(sessionId).at(-1)?.body.messages)).toContain('toolu_one');
  });
});
