import { eventually } from '@syntropic/testing';
import { setTimeout as wait } from 'node:timers/promises';
import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';
import { command, listen, toTheEnd, useSessions } from '../../test/session.fixture';
import { SandboxBackend } from '../workspaces';

const RESULT = JSON.stringify({ type: 'result', subtype: 'success', is_error: false, result: 'done' });

describeWithBubblewrap('an agent that does not exit after its result', () => {
  const start = useSessions(new SandboxBackend(), useDirectory());
  /** Prints another result on SIGINT, as the CLI does. */
  const HANGING = `trap 'echo interrupted; exit 1' INT; echo kept > artifacts/output/kept; echo '${RESULT}'`;
  const hanging = (more = '') => ({
    ...command('sh', '-c', `${HANGING}; ${more}\nwhile :; do sleep 0.01; done`),
    output: 'claude-stream-json' as const,
  });
  const soon = { resultMs: 50 };
  const texts = (lines: readonly { readonly text: string }[]) => lines.map(({ text }) => text);
  const ENDED = expect.stringMatching(/system_notification.*did not exit after its result/) as string;

  it('is ended by SIGTERM, keeps its artifacts, and its output says so', async () => {
    const run = await start({ agent: hanging(), graces: soon });
    const { finished, lines } = await toTheEnd(run);

    expect(finished).toEqual({ outcome: 'completed', exitCode: null, signal: 'SIGTERM', legEnd: 'TERM' });
    expect(texts(lines)).toEqual([RESULT, ENDED]);
    expect(run.artifacts.files.map(({ path }) => path)).toEqual(['kept']);
  });

  it('is killed when it ignores SIGTERM', async () => {
    const { finished } = await toTheEnd(
      await start({ agent: hanging("trap '' TERM"), graces: { ...soon, terminateMs: 200 } }),
    );

    expect(finished).toMatchObject({ outcome: 'completed', signal: 'SIGKILL', legEnd: 'KILL' });
  });

  it('is done also when the timeout of its phase comes first', async () => {
    const { finished, lines } = await toTheEnd(await start({ agent: hanging(), timeoutMs: 2_000 }));

    expect(finished).toMatchObject({ outcome: 'completed', legEnd: 'TERM' });
    expect(texts(lines)).toEqual([RESULT, ENDED]);
  });

  it('is not ended while it is frozen', async () => {
    const run = await start({ agent: hanging(), graces: { resultMs: 5_000 } });
    const { lines } = listen(run);
    await eventually(() => lines.length > 0);
    await run.suspend();
    await wait(5_200);
    const frozen = texts(lines);
    await run.unsuspend();

    await expect(run.finished).resolves.toMatchObject({ outcome: 'completed', legEnd: 'TERM' });
    expect(frozen).toEqual([RESULT]);
  });

  it('can still be cancelled', async () => {
    const run = await start({ agent: hanging() });
    const { lines } = listen(run);
    await eventually(() => lines.length > 0);

    run.cancel();

    await expect(run.finished).resolves.toMatchObject({ outcome: 'cancelled', legEnd: 'INT' });
  });

  it('runs to its end when it is a program without a protocol', async () => {
    const agent = command('sh', '-c', `echo '${RESULT}'; sleep 0.5; echo last`);
    const { finished, lines } = await toTheEnd(await start({ agent, graces: soon }));

    expect(finished).toMatchObject({ outcome: 'completed', legEnd: 'exit' });
    expect(texts(lines)).toEqual([RESULT, 'last']);
  });
});
