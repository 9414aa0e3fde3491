import {
  eventually,
  inOrder,
  removeDirectory,
  scratchDirectory,
  useModels,
  type ModelAnswer,
} from '@syntropic/testing';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CODEX_PROGRAM, describeWithAgent } from './agent-programs';
import { usePlatform } from './platform';
import { shell, workflow } from './workflows';

const models = useModels();
const platform = usePlatform({
  environment: () => ({
    ANTHROPIC_BASE_URL: models().url,
    ANTHROPIC_API_KEY: 'key',
    OPENAI_BASE_URL: `${models().url}/v1`,
    OPENAI_API_KEY: 'key',
    SYN_CODEX_BIN: CODEX_PROGRAM,
  }),
});

const git = (directory: string, ...args: readonly string[]) =>
  execFileSync('git', ['-C', directory, '-c', 'user.name=a', '-c', 'user.email=a@b.invalid', ...args]).toString();

const scratch = scratchDirectory();
const origin = join(scratch, 'shop');
beforeAll(() => {
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', origin]);
  writeFileSync(join(origin, 'greeting.txt'), 'hello\n');
  git(origin, 'add', '.');
  git(origin, 'commit', '--quiet', '--message=Say hello');
});
afterAll(() => {
  removeDirectory(scratch);
});

const CLONE = 'repos/local__shop';
const bash = (command: string) => ({ name: 'Bash', input: { command, description: 'works' } });
const exec = (cmd: string) => ({ name: 'exec_command', input: { cmd } });
const COMMIT = `cd ${CLONE} && git commit --quiet --all --message='Say goodbye' && git show HEAD > ../../artifacts/output/change.patch`;
const EDIT = { file_path: `/workspace/${CLONE}/greeting.txt`, old_string: 'hello', new_string: 'goodbye' };

/** The same work by each agent: it edits a file, commits, and leaves the change as a file. */
const AGENTS = [
  {
    provider: 'claude',
    model: 'claude-sonnet-5-5',
    tools: [{ name: 'Read', input: { file_path: EDIT.file_path } }, { name: 'Edit', input: EDIT }, bash(COMMIT)],
    // 2, 10 and 0.1 dollars for a million tokens of input, output and reading the cache.
    prices: { inputTokens: 2e-6, outputTokens: 10e-6, cacheReadTokens: 0.1e-6 },
  },
  {
    provider: 'codex',
    model: 'gpt-5-codex',
    tools: [exec(`sed -i s/hello/goodbye/ ${CLONE}/greeting.txt`), exec(COMMIT)],
    // 1.25, 10 and 0.125 dollars.
    prices: { inputTokens: 1.25e-6, outputTokens: 10e-6, cacheReadTokens: 0.125e-6 },
  },
] as const;

const Artifacts = z.array(z.looseObject({ id: z.string(), title: z.string() }));
const Content = z.looseObject({ content: z.string() });

for (const { provider, model, tools, prices } of AGENTS) {
  describeWithAgent(provider, `${provider} on a git repository`, () => {
    it('edits, commits and leaves its change, which the next phase applies; it costs what the log of its models says', async () => {
      const usages = [...tools, undefined].map((_, n) => ({
        inputTokens: 12_000 + n,
        outputTokens: 700 + n,
        cacheReadTokens: 9_000 * n,
      }));
      const turns: ModelAnswer[] = usages.map((usage, n) => {
        const tool = tools[n];
        return { usage, ...(tool ? { tools: [tool] } : { text: 'Done.' }) };
      });
      models().clear();
      models().answer(inOrder(...turns));
      const agent = `agent: {provider: ${provider}, model: ${model}}\nprompt_template: Say goodbye in {{repository}}`;
      const apply = `cd ${CLONE} && git apply ../../artifacts/input/phase-1/change.patch && cat greeting.txt > ../../artifacts/output/greeting.txt`;
      await platform.createWorkflow(
        workflow(`shop-${provider}`, agent, shell(apply)).replace(
          'requires_repos: false',
          `repository: { url: 'file://${origin}' }`,
        ),
      );
      const id = await platform.execute(`shop-${provider}`);
      const { total_cost_usd, tool_call_count } = await platform.reaches(id, 'completed', 120_000);

      const artifacts = Artifacts.parse((await platform.get(`/api/artifacts?execution_id=${id}`)).body);
      const contentOf = async (name: string) => {
        const artifact = artifacts.find(({ title }) => title.endsWith(name));
        return Content.parse((await platform.get(`/api/artifacts/${artifact?.id ?? ''}/content`)).body).content;
      };
      expect(await contentOf('change.patch')).toContain('-hello\n+goodbye\n');
      expect(await contentOf('change.patch')).toContain('Say goodbye');
      expect(await contentOf('greeting.txt')).toBe('goodbye\n');
      expect(git(origin, 'log', '--format=%s')).toBe('Say hello\n');

      const log = models().requests;
      expect(log.map(({ end }) => end)).toEqual(turns.map(() => 'answered'));
      expect(JSON.stringify(log[0]?.body)).toContain('Say goodbye in');
      const answered = log.map(({ usage }) => usage);
      expect(answered).toMatchObject(usages);
      const cost = usages.reduce(
        (sum, used) =>
          sum +
          used.inputTokens * prices.inputTokens +
          used.outputTokens * prices.outputTokens +
          used.cacheReadTokens * prices.cacheReadTokens,
        0,
      );
      expect(Number(total_cost_usd)).toBeCloseTo(cost, 9);
      expect(tool_call_count).toBe(tools.length);
    }, 180_000);
  });
}

describeWithAgent('claude', 'Claude Code, while it works', () => {
  /** Sonnet 5.5: each call costs 0.03 dollars. */
  const usage = { inputTokens: 10_000, outputTokens: 1_000 };
  const work = (command: string): ModelAnswer => ({ tools: [bash(command)], usage });
  const done: ModelAnswer = { text: 'Done.', usage };
  const agent = 'agent: {provider: claude, model: claude-sonnet-5-5}\nprompt_template: Do your work';
  const leave = (word: string) => work(`echo ${word} >> artifacts/output/words`);
  const start = async (name: string, turns: readonly ModelAnswer[], more = '') => {
    models().clear();
    models().answer(inOrder(...turns));
    await platform.createWorkflow(`${workflow(name, agent)}${more}`);
    return platform.execute(name);
  };
  const answered = () => models().requests.filter(({ end }) => end === 'answered').length;

  it('stops for its budget before the call that has no room, and goes on in its conversation when it is raised', async () => {
    const id = await start('limited', [leave('one'), leave('two'), done], 'budget: { usd: 0.05 }\n');
    const { total_cost_usd: spent } = await platform.reaches(id, 'paused');
    const calls = answered();
    expect(calls).toBeLessThan(3);
    expect(Number(spent)).toBeCloseTo(0.03 * calls, 9);

    expect((await platform.post(`/api/executions/${id}/budget`, { usd: 5 })).status).toBe(200);
    expect((await platform.post(`/api/executions/${id}/resume`)).status).toBe(200);
    const { total_cost_usd, tool_call_count } = await platform.reaches(id, 'completed', 120_000);
    expect({ total_cost_usd, tool_call_count }).toEqual({ total_cost_usd: '0.09', tool_call_count: 2 });
    expect(answered()).toBe(3);
    expect(new Set(models().requests.map(({ session }) => session)).size).toBe(1);
  }, 180_000);

  it('makes no further call when it is cancelled in the midst of a tool', async () => {
    const id = await start('cancelled', [work('echo begun > artifacts/output/begun; sleep 600'), done]);
    await eventually(async () => (await platform.execution(id)).tool_call_count === 1, { within: 60_000 });
    expect((await platform.post(`/api/executions/${id}/cancel`)).status).toBe(200);

    const { total_cost_usd } = await platform.reaches(id, 'cancelled');
    expect(total_cost_usd).toBe('0.03');
    expect(models().requests.map(({ end }) => end)).toEqual(['answered']);
  }, 180_000);

  it('is retried in a new conversation after its runner was killed, and every call is paid once', async () => {
    const id = await start('lost', [work('test -e artifacts/output/words || sleep 600'), done]);
    await eventually(() => answered() === 1, { within: 60_000 });
    await eventually(async () => (await platform.execution(id)).total_cost_usd === '0.03', { within: 60_000 });
    await platform.kill('agent-runner');
    await platform.reaches(id, 'interrupted');
    expect(models().requests).toHaveLength(1);

    models().answer(inOrder(leave('again'), done));
    expect((await platform.post(`/api/executions/${id}/retry`)).status).toBe(200);
    await platform.reaches(id, 'completed', 120_000);
    await eventually(async () => {
      expect((await platform.execution(id)).total_cost_usd).toBe('0.09');
    });
    const conversations = models().requests.map(({ session }) => session);
    expect(new Set(conversations).size).toBe(2);
    expect(conversations[1]).toBe(conversations[2]);
  }, 240_000);
});
