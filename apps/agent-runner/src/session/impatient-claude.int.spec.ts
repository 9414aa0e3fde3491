import { describeWithAgent, eventually, gate } from '@syntropic/testing';
import { tool, usePausedClaude, waitingTool } from '../../test/paused-claude.fixture';
import { useDirectory } from '../../test/workspace.fixture';

const GIVES_UP_AFTER_SECONDS = 3;
const NEVER = new Promise<never>(() => undefined);

/** Claude Code waits for minutes by default: the benchmark `pause` outlasts that. */
describeWithAgent('claude', 'Claude Code that gives up calls and hooks after seconds', () => {
  const paused = usePausedClaude(useDirectory(), { givesUpAfter: GIVES_UP_AFTER_SECONDS });
  const { answer, models, start, callsOf } = paused;

  /** Resolves when an agent that has begun now has given up a call that no model answers. */
  const untilAnotherGivesUp = async (): Promise<void> => {
    models().answer(() => NEVER);
    const { run, sessionId } = await start();
    await eventually(() => callsOf(sessionId).length > 1);
    run.abandon();
    await run.finished;
  };

  it('makes its held call once when it was paused for longer', async () => {
    answer({ tools: [waitingTool('one')] });
    const { run, sessionId, drained, ran, begun, let: letTool } = await start();
    await eventually(() => begun('one'));
    const held = run.requestPause();
    letTool('one');
    await held;
    await untilAnotherGivesUp();
    expect(callsOf(sessionId)).toHaveLength(1);

    models().answer(() => ({ text: 'Done.' }));
    await run.resume();
    await expect(run.finished).resolves.toMatchObject({ outcome: 'completed' });
    await drained;
    expect(ran()).toEqual(['one']);
    expect(callsOf(sessionId)).toHaveLength(2);
  });

  it('uses no tool while it is paused for longer', async () => {
    const { open, opened } = gate();
    answer({ tools: [tool('one')], until: opened });
    const { run, sessionId, drained, ran } = await start();
    await eventually(() => callsOf(sessionId).length === 1);
    const held = run.requestPause();
    open();
    await held;
    await untilAnotherGivesUp();
    expect(callsOf(sessionId)).toHaveLength(1);
    expect(ran()).toEqual([]);

    models().answer(() => ({ text: 'Done.' }));
    await run.resume();
    await expect(run.finished).resolves.toMatchObject({ outcome: 'completed' });
    await drained;
    expect(callsOf(sessionId)).toHaveLength(2);
  });
});
