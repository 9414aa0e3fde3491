import { eventually, inOrder, useModels } from '@syntropic/testing';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { claudeBinary, describeWithClaude } from '../../test/agent-programs.fixture';
import { bash, resultsIn } from '../../test/claude.fixture';
import { listen, useSessions } from '../../test/session.fixture';
import { socketsWith, upstream } from '../../test/socket.fixture';
import { useDirectory } from '../../test/workspace.fixture';
import { ClaudeProvider } from '../providers/claude.provider';
import { SandboxBackend } from '../workspaces';

/** A sub-agent's end is another turn of the main conversation. */
const DONE = [1, 2, 3].map((n) => ({ text: `Done ${n}` }));

describeWithClaude('Claude Code before the session socket', () => {
  const models = useModels();
  const start = useSessions(new SandboxBackend(), useDirectory());

  const startClaude = () =>
    start({
      agent: { provider: 'claude', isolation: 'sandbox' },
      provider: new ClaudeProvider(claudeBinary),
      promptTemplate: 'Do your work',
      sockets: socketsWith({ upstreams: [upstream('anthropic', models().url, 'sk-runner')] }),
    });
  beforeEach(() => {
    models().clear();
  });

  it('is paused while a call is in flight, runs no tool and makes no call until it is resumed, and costs what was counted', async () => {
    let goOn: () => void = () => undefined;
    const until = new Promise<void>((resolve) => (goOn = resolve));
    models().answer(
      inOrder(
        { text: 'I look', tools: [bash('echo one >> tools'), bash('echo two >> tools')], until },
        { text: 'Done', usage: { inputTokens: 5, outputTokens: 6 } },
      ),
    );
    const run = await startClaude();
    const { lines, drained } = listen(run);
    await eventually(() => models().requests.length === 1);
    const paused = run.requestPause();
    goOn();
    await expect(paused).resolves.toBe('after_model');
    expect(models().requests).toHaveLength(1);
    expect(lines.some(({ text }) => text.includes('"tool_result"'))).toBe(false);

    await run.resume();
    await expect(run.finished).resolves.toMatchObject({ outcome: 'completed' });
    await drained;
    expect(resultsIn(lines.map(({ text }) => text))).toHaveLength(1);
    expect(models().requests.map(({ headers }) => headers['x-api-key'])).toEqual(['sk-runner', 'sk-runner']);
    expect(lines.filter(({ stream, text }) => stream === 'runner' && text.includes('"model_call"'))).toHaveLength(2);
  }, 60_000);

  it('is paused behind a tool that runs, before the next one of the same answer', async () => {
    const tools = [bash('until [ -e go ]; do sleep 0.02; done; echo one >> tools'), bash('echo two >> tools')];
    models().answer(inOrder({ tools }, { text: 'Done' }));
    const run = await startClaude();
    const { lines, drained } = listen(run);
    await eventually(() => lines.some(({ text }) => text.includes('"tool_use"')));
    const paused = run.requestPause();
    writeFileSync(join(run.directory, 'go'), '');
    await expect(paused).resolves.toMatch(/^after_/);
    expect(models().requests).toHaveLength(1);
    await run.resume();

    await expect(run.finished).resolves.toMatchObject({ outcome: 'completed' });
    await drained;
    expect(models().requests).toHaveLength(2);
  }, 60_000);

  it('is paused inside a sub-agent, whose calls are recorded as its own', async () => {
    let goOn: () => void = () => undefined;
    const until = new Promise<void>((resolve) => (goOn = resolve));
    const task = { name: 'Agent', input: { description: 'd', prompt: 'p', subagent_type: 'general-purpose' } };
    const ofMain = inOrder({ tools: [task] }, ...DONE);
    const ofAgent = inOrder({ tools: [bash('echo sub >> tools')], until }, ...DONE);
    models().answer((request) => (request.agent === undefined ? ofMain(request) : ofAgent(request)));
    const run = await startClaude();
    const { lines, drained } = listen(run);
    await eventually(() => models().requests.some(({ agent }) => agent !== undefined));
    const paused = run.requestPause();
    goOn();
    await expect(paused).resolves.toBe('after_model');
    const before = models().requests.length;
    await run.resume();

    await expect(run.finished).resolves.toMatchObject({ outcome: 'completed' });
    await drained;
    expect(models().requests.length).toBeGreaterThan(before);
    const records = lines.filter(({ stream, text }) => stream === 'runner' && text.includes('"model_call"'));
    expect(records).toHaveLength(models().requests.length);
    expect(records.filter(({ text }) => text.includes('"agent_id"'))).toHaveLength(2);
  }, 60_000);
});
