import type { AgentConfiguration } from '@syntropic/orchestration/contracts';
import { AGENT_PROGRAMS, eventually, inOrder, useModels } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClaudeProvider } from '../src/providers/claude.provider';
import { bash, resultsIn } from './claude.fixture';
import { command, listen, toTheEnd, type useSessions } from './session.fixture';
import { socketsWith, upstream } from './socket.fixture';

type Start = ReturnType<typeof useSessions>;

/** What a session does in the workspaces of every backend that starts programs elsewhere. */
export function itRunsSessions(start: Start): void {
  it('leaves its artifacts', async () => {
    const run = await start({ agent: command('sh', '-c', 'echo made > artifacts/output/result') });

    const { finished } = await toTheEnd(run);

    expect(finished).toMatchObject({ outcome: 'completed' });
    expect(run.artifacts.files.map(({ path }) => path)).toEqual(['result']);
  });

  it('is parked, and goes on with its files', async () => {
    const sessionId = randomUUID();
    const first = await start({ agent: command('sh', '-c', 'echo kept > note; echo ready; sleep 600'), sessionId });
    const { lines, drained } = listen(first);
    await eventually(() => lines.some(({ text }) => text === 'ready'));
    await expect(first.requestPause()).resolves.toBeDefined();
    first.park();
    await expect(first.finished).resolves.toMatchObject({ outcome: 'parked' });
    await drained;

    const second = await start({ agent: command('sh', '-c', 'cat note'), sessionId, leg: 2 });
    const { finished, texts } = await toTheEnd(second);
    expect(finished).toMatchObject({ outcome: 'completed' });
    expect(texts).toContain('kept');
  });

  it('is ended when its disk is exceeded', async () => {
    const run = await start({
      agent: command('sh', '-c', 'for n in $(seq 9); do head -c 1m /dev/zero > $n; done; sleep 600'),
      limits: { diskBytes: 4 * 1024 ** 2 },
    });

    await expect(toTheEnd(run)).resolves.toMatchObject({ finished: { outcome: 'outgrown' } });
  });
}

/** Claude Code in such a workspace. */
export function itRunsClaude(start: Start, isolation: AgentConfiguration['isolation']): void {
  const models = useModels();
  beforeEach(() => {
    models().clear();
  });

  it('works without a credential, calls no model while it is paused, and goes on', async () => {
    models().answer(
      inOrder({ tools: [bash('echo one >> worked')] }, { tools: [bash('echo two >> worked')] }, { text: 'Done.' }),
    );
    const run = await start({
      promptTemplate: 'Do your work',
      agent: { provider: 'claude', isolation },
      provider: new ClaudeProvider(AGENT_PROGRAMS.claude),
      sockets: socketsWith({ upstreams: [upstream('anthropic', models().url, 'the-secret')] }),
      timeoutMs: 240_000,
    });
    const end = toTheEnd(run);
    await eventually(() => models().requests.length > 0, { within: 200_000 });

    await expect(run.requestPause()).resolves.toBeDefined();
    const before = models().requests.length;
    expect(before).toBeLessThan(3);
    await run.resume();

    const { finished, texts } = await end;
    expect(finished).toMatchObject({ outcome: 'completed', exitCode: 0 });
    expect(resultsIn(texts)).toMatchObject([{ is_error: false }]);
    expect(readFileSync(join(run.directory, 'worked'), 'utf8')).toBe('one\ntwo\n');
    expect(models().requests.map(({ headers }) => headers['x-api-key'])).toEqual(Array(3).fill('the-secret'));
  }, 300_000);
}
