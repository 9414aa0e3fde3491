import {
  describeWithAgent,
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
import { AGENTS, costOf, environmentOfAgents, phaseOf } from './agent-programs';
import { usePlatform } from './platform';
import { shell, workflow } from './workflows';

const models = useModels();
const platform = usePlatform({ environment: () => environmentOfAgents(models().url) });

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
const COMMIT = `cd ${CLONE} && git commit --quiet --all --message='Say goodbye' && git show HEAD > ../../artifacts/output/change.patch`;

const Artifacts = z.array(z.looseObject({ id: z.string(), title: z.string() }));
const Content = z.looseObject({ content: z.string() });

for (const { provider, model, shell: command, replace, prices } of AGENTS) {
  describeWithAgent(provider, `${provider} on a git repository`, () => {
    it('edits, commits and leaves its change, which the next phase applies; it costs what the log of its models says', async () => {
      const tools = [...replace(`/workspace/${CLONE}/greeting.txt`, 'hello', 'goodbye'), command(COMMIT)];
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
      const agent = phaseOf({ provider, model }, 'Say goodbye in {{repository}}');
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
      expect(log.map(({ usage }) => usage)).toMatchObject(usages);
      expect(Number(total_cost_usd)).toBeCloseTo(costOf(log, prices), 9);
      expect(tool_call_count).toBe(tools.length);
    }, 180_000);
  });
}
