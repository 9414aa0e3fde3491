import type { AgentConfiguration } from '@syntropic/orchestration/contracts';
import {
  AGENT_PROGRAMS,
  describeWithAgent,
  eventually,
  inOrder,
  useModels,
  type ModelAnswer,
} from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parserOf } from '../../test/agent-telemetry.fixture';
import { toTheEnd, useSessions } from '../../test/session.fixture';
import { socketsWith, upstream } from '../../test/socket.fixture';
import { useDirectory } from '../../test/workspace.fixture';
import { packFiles } from '../session';
import { SandboxBackend } from '../workspaces';
import { CODEX_OUTPUT } from './codex-output';
import { CodexProvider } from './codex.provider';

type Settings = Partial<Extract<AgentConfiguration, { provider: 'codex' }>>;

const shell = (cmd: string) => ({ name: 'exec_command', input: { cmd } });

describeWithAgent('codex', 'Codex in a sandbox, behind the model gateway', () => {
  const models = useModels();
  const directory = useDirectory();
  const startIn = useSessions(new SandboxBackend(), directory);
  beforeEach(() => {
    models().clear();
  });

  type Session = Partial<
    Pick<Parameters<typeof startIn>[0], 'sessionId' | 'leg' | 'fork' | 'archive' | 'promptTemplate'>
  > &
    Readonly<{ maxTokens?: number }>;
  const start = (codex: Settings = {}, { maxTokens, ...session }: Session = {}) =>
    startIn({
      promptTemplate: 'Do your work',
      agent: { provider: 'codex', isolation: 'sandbox', ...codex },
      settings: { allowedTools: [], model: 'gpt-5-codex', maxTokens },
      provider: new CodexProvider(AGENT_PROGRAMS.codex),
      sockets: socketsWith({ upstreams: [upstream('openai', `${models().url}/v1`, 'the-secret')] }),
      ...session,
    });
  const answer = (...answers: readonly ModelAnswer[]) => {
    models().answer(inOrder(...answers));
  };

  it('works with its tools and leaves artifacts', async () => {
    const usage = { inputTokens: 700, cacheReadTokens: 300, outputTokens: 50 };
    answer(
      { text: 'I write it.', tools: [shell('echo done > artifacts/output/done.txt')], usage },
      { text: 'Done.', usage },
    );

    const run = await start();
    const { finished, lines } = await toTheEnd(run);

    expect(finished).toMatchObject({ outcome: 'completed', exitCode: 0 });
    expect(readFileSync(run.artifacts.files[0]?.absolutePath ?? '', 'utf8')).toBe('done\n');
    expect(models().requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer the-secret',
      'Bearer the-secret',
    ]);
    expect(JSON.stringify(lines)).not.toContain('the-secret');

    const telemetry = parserOf(lines, CODEX_OUTPUT);
    const expected = ['agent_initialized', 'message_response', 'tool_execution_started', 'tool_execution_completed'];
    expect(telemetry.types).toEqual(expect.arrayContaining(expected));
    expect(telemetry.usage).toMatchObject({
      toolCalls: 1,
      failedTools: 0,
      byModel: { 'gpt-5-codex': { inputTokens: 1_400, cacheReadTokens: 600, outputTokens: 100 } },
    });
    expect(telemetry.reportOf(1)?.outcome).toMatchObject({ isError: false, answer: 'Done.' });
  });

  it('fails when its models do', async () => {
    answer({ status: 400, message: 'no such model' });

    const { finished, lines } = await toTheEnd(await start());

    expect(finished).toMatchObject({ outcome: 'failed', exitCode: 1 });
    const error = expect.stringContaining('no such model') as string;
    expect(parserOf(lines, CODEX_OUTPUT).reportOf(1)?.outcome).toMatchObject({ isError: true, error });
  });

  it('asks for no longer answers than its phase allows, and fails when one is cut off', async () => {
    answer({ text: 'It is too lo', stopReason: 'max_tokens' });

    const { finished, lines } = await toTheEnd(await start({}, { maxTokens: 300 }));

    expect(finished).toMatchObject({ outcome: 'failed', exitCode: 1 });
    expect(new Set(models().requests.map(({ body }) => body['max_output_tokens']))).toEqual(new Set([300]));
    const error = expect.stringContaining('max_output_tokens') as string;
    expect(parserOf(lines, CODEX_OUTPUT).reportOf(1)?.outcome).toMatchObject({ isError: true, error });
  });

  it('gives its model the form of the answer, and the telemetry the answer', async () => {
    const outputSchema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
    answer({ text: '{"n": 3}' });

    const { lines } = await toTheEnd(await start({ outputSchema }));

    expect(models().requests[0]?.body['text']).toMatchObject({ format: { type: 'json_schema', schema: outputSchema } });
    expect(parserOf(lines, CODEX_OUTPUT).reportOf(1)?.outcome).toMatchObject({ structured: { n: 3 } });
  });

  it('goes on in another thread from the end of a kept one', async () => {
    answer({ tools: [shell('echo once > once')] }, { text: 'The first end.' });
    const sessionId = randomUUID();
    const source = await start({}, { sessionId });
    await toTheEnd(source);
    const archive = join(directory.path, 'kept.tar.gz');
    await packFiles(source, archive, new AbortController().signal);

    models().clear();
    answer({ tools: [shell('cp once artifacts/output/again')] }, { text: 'The second end.' });
    const fork = await start({}, { fork: { sessionId }, archive, promptTemplate: 'Go on in another way' });
    const { finished, lines } = await toTheEnd(fork);

    expect(finished).toMatchObject({ outcome: 'completed', exitCode: 0 });
    const [first] = models().requests.map(({ body }) => JSON.stringify(body));
    for (const text of ['Do your work', 'The first end.', 'Go on in another way']) expect(first).toContain(text);
    expect(readFileSync(fork.artifacts.files[0]?.absolutePath ?? '', 'utf8')).toBe('once\n');
    expect(parserOf(lines, CODEX_OUTPUT).reportOf(1)?.outcome).toMatchObject({ answer: 'The second end.' });
  });

  it('is resumed with its thread after it was parked in a model call', async () => {
    const never = new Promise(() => undefined);
    answer({ tools: [shell('echo once >> artifacts/output/times')] }, { text: '-', until: never }, { text: 'Done.' });

    const sessionId = randomUUID();
    const first = await start({}, { sessionId });
    const parked = toTheEnd(first);
    await eventually(() => models().requests.length === 2);
    first.park();
    expect((await parked).finished.outcome).toBe('parked');
    await first.spool.close();

    const second = await start({}, { sessionId, leg: 2 });
    const { finished } = await toTheEnd(second);
    expect(finished).toMatchObject({ outcome: 'completed', exitCode: 0 });
    expect(readFileSync(second.artifacts.files[0]?.absolutePath ?? '', 'utf8')).toBe('once\n');
    const body = JSON.stringify(models().requests.at(-1)?.body);
    expect(body).toContain('Do your work');
    expect(body).toContain('You were paused');
  });
});
