import { describeWithAgent, eventually, inOrder } from '@syntropic/testing';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bash, messages, reportOf, resultsIn, typesOf, useClaude } from '../../test/claude.fixture';
import { toTheEnd } from '../../test/session.fixture';
import { useDirectory } from '../../test/workspace.fixture';

describeWithAgent('claude', 'Claude Code in a sandbox', () => {
  const directory = useDirectory();
  const { models, socket, answer, start } = useClaude(directory);
  let repository = '';

  beforeAll(() => {
    const origin = join(directory.path, 'origin.git');
    mkdirSync(join(origin, '.claude'), { recursive: true });
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', origin, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args]);
    git('init', '--quiet', '--initial-branch=main');
    writeFileSync(join(origin, 'greeting.txt'), 'hello\n');
    const command = 'touch /workspace/artifacts/output/hook-of-the-repository';
    const hooks = { PreToolUse: [{ matcher: '*', hooks: [{ type: 'command', command }] }] };
    writeFileSync(join(origin, '.claude/settings.json'), JSON.stringify({ hooks }));
    writeFileSync(join(origin, 'CLAUDE.md'), 'MEMORY_OF_THE_REPOSITORY');
    git('add', '.');
    git('commit', '--quiet', '-m', 'first');
    repository = pathToFileURL(origin).href;
  });

  it('edits a file of a repository, commits, and leaves artifacts', async () => {
    const work = [
      'cd repos/local__origin && echo "hello, world" > greeting.txt && git commit -qam "Greet the world"',
      'git log --format="%s by %an" -1 > ../../artifacts/output/log.txt',
    ].join(' && ');
    const file = { file_path: '/workspace/repos/local__origin/greeting.txt' };
    answer(
      { tools: [{ name: 'Read', input: file }] },
      { text: 'I edit the file.', tools: [bash(work)] },
      { text: 'Done.' },
    );

    const run = await start({ repositories: [{ url: repository }] });
    const { finished, texts } = await toTheEnd(run);

    expect(finished).toMatchObject({ outcome: 'completed', exitCode: 0 });
    expect(resultsIn(texts)).toMatchObject([{ is_error: false, terminal_reason: 'completed' }]);
    // The hook of the repository has not run.
    expect(run.artifacts.files.map(({ path }) => path)).toEqual(['log.txt']);
    expect(readFileSync(run.artifacts.files[0]?.absolutePath ?? '', 'utf8')).toBe('Greet the world by Agent\n');
    expect(models().requests.map(({ end }) => end)).toEqual(['answered', 'answered', 'answered']);
    expect(JSON.stringify(models().requests.map(({ body }) => body))).not.toContain('MEMORY_OF_THE_REPOSITORY');
  });

  it('is told what the phase and its agent are configured with', async () => {
    answer({ tools: [bash('rm -rf /workspace/repos'), bash('git --version')] }, { text: 'Done.' });
    const skills = { greeting: '---\nname: greeting\ndescription: HOW_TO_GREET\n---\nSay hello.\n' };
    const claude = { skills, mcpServers: { echo: { command: ['node', '-e', MCP_SERVER], env: { TOOL: 'shout' } } } };
    const phase = { model: 'claude-sonnet-5-5', maxTokens: 2_048, allowedTools: ['Bash(git *)', 'mcp__echo__shout'] };

    const { texts } = await toTheEnd(await start({ claude, phase }));

    const [{ body, headers } = { body: {}, headers: {} }] = models().requests;
    expect(body).toMatchObject({ model: 'claude-sonnet-5-5', max_tokens: 2_048 });
    expect(headers.authorization).toBe('Bearer session');
    expect(JSON.stringify(body)).toContain('HOW_TO_GREET');
    const init = messages(texts).find(({ subtype }) => subtype === 'init');
    expect(init).toMatchObject({ permissionMode: 'dontAsk', mcp_servers: [{ name: 'echo', status: 'connected' }] });
    expect(init?.tools).toEqual(expect.arrayContaining(['Bash', 'mcp__echo__shout']));
    expect(init?.tools).not.toContain('Write');
    expect(models().requests).toHaveLength(2);
    expect(
      models()
        .requests.at(-1)
        ?.toolResults.map(({ isError }) => isError),
    ).toEqual([true, false]);
  });

  it('is cut off after its turns, and fails when the model does', async () => {
    models().answer(() => ({ tools: [bash('true')] }));
    const cutOff = await toTheEnd(await start({ claude: { maxTurns: 2 } }));
    expect(cutOff.finished).toMatchObject({ outcome: 'failed', exitCode: 1 });
    expect(resultsIn(cutOff.texts)).toMatchObject([{ subtype: 'error_max_turns' }]);
    expect(models().requests).toHaveLength(2);

    answer({ status: 403, message: 'the budget is spent', headers: { 'x-should-retry': 'false' } });
    const refused = await toTheEnd(await start());
    expect(refused.finished).toMatchObject({ outcome: 'failed', exitCode: 1 });
    expect(resultsIn(refused.texts)).toMatchObject([{ subtype: 'success', is_error: true }]);
    expect(reportOf(refused.lines)?.outcome).toMatchObject({
      isError: true,
      error: expect.stringContaining('the budget is spent') as string,
    });
  });

  it('gives a structured answer', async () => {
    const outputSchema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
    answer(
      { tools: [{ name: 'StructuredOutput', input: { n: 'three' } }] },
      { tools: [{ name: 'StructuredOutput', input: { n: 3 } }] },
    );

    const { texts } = await toTheEnd(await start({ claude: { outputSchema }, phase: { allowedTools: ['Read'] } }));

    expect(resultsIn(texts)).toMatchObject([{ is_error: false, structured_output: { n: 3 } }]);
  });

  it('asks before each of two tools of one answer, and in sub-agents', async () => {
    const delegate = { description: 'look', prompt: 'look around', subagent_type: 'general-purpose' };
    const main = inOrder(
      { tools: [bash('echo outer', 'toolu_outer'), { name: 'Agent', id: 'toolu_agent', input: delegate }] },
      { text: 'I wait for it.' },
      { text: 'Done.' },
    );
    const subagent = inOrder({ tools: [bash('echo inner', 'toolu_inner')] }, { text: 'Found.' });
    models().answer((request) => (request.agent === undefined ? main(request) : subagent(request)));

    const { finished, texts, lines } = await toTheEnd(await start());

    expect(finished.outcome).toBe('completed');
    expect(new Set(socket.questions.map(({ tool_use_id: id }) => id))).toEqual(
      new Set(['toolu_outer', 'toolu_agent', 'toolu_inner']),
    );
    expect(messages(texts).some(({ parent_tool_use_id: parent }) => parent === 'toolu_agent')).toBe(true);
    expect(typesOf(lines)).toEqual(expect.arrayContaining(['subagent_started', 'subagent_stopped']));
  });

  it('runs no tool that is refused, or that nothing answers for', async () => {
    socket.answer(({ tool_use_id: id }) =>
      id === 'toolu_refused'
        ? {
            hookSpecificOutput: {
              hookEventName: 'PreToolUse',
              permissionDecision: 'deny',
              permissionDecisionReason: 'no',
            },
          }
        : Promise.reject(new Error('the runner is gone')),
    );
    answer({ tools: [bash('touch refused', 'toolu_refused'), bash('touch unanswered')] }, { text: 'Done.' });

    const run = await start();
    const { finished } = await toTheEnd(run);

    expect(finished.outcome).toBe('completed');
    expect(
      models()
        .requests.at(-1)
        ?.toolResults.map(({ isError }) => isError),
    ).toEqual([true, true]);
  });

  it('waits with a tool for as long as its hook is held', async () => {
    let release = (): void => undefined;
    const released = new Promise<object>((resolve) => {
      release = () => {
        resolve({});
      };
    });
    socket.answer(() => released);
    answer({ tools: [bash('echo ran > artifacts/output/ran')] }, { text: 'Done.' });

    const run = await start();
    const end = toTheEnd(run);
    await eventually(() => socket.questions.length === 1);
    expect(models().requests).toHaveLength(1);
    release();

    expect((await end).finished.outcome).toBe('completed');
    expect(run.artifacts.files).toHaveLength(1);
  });
});

/** A server of the Model Context Protocol with one tool. */
const MCP_SERVER = `
const say = (message) => console.log(JSON.stringify({ jsonrpc: '2.0', ...message }));
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === 'initialize') say({ id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'echo', version: '1' } } });
  else if (method === 'tools/list') say({ id, result: { tools: [{ name: process.env.TOOL, description: 'x', inputSchema: { type: 'object' } }] } });
  else if (id !== undefined) say({ id, result: {} });
});`;
