import { eventually } from '@syntropic/testing';
import { z } from 'zod';
import { deliveryHeaders } from './contract-inputs';
import { TOKEN, useGithub } from './github-server';
import { usePlatform } from './platform';
import { shell, simulated, workflow } from './workflows';

const REPOSITORY = 'Acme/shop';
const { server, environment } = useGithub('Acme');
const platform = usePlatform({ environment });

/** What the agent finds: the commit of its clone, the file of its branch, and any trace of the token. */
const LOOK = `cd repos/Acme__shop
git rev-parse HEAD > ../../artifacts/output/commit.txt
cat greeting.txt > ../../artifacts/output/greeting.txt
if env | grep -q ${TOKEN} || grep -rq --exclude-dir=output ${TOKEN} /workspace; then echo found; else echo none; fi > ../../artifacts/output/token.txt`;

const HEAL = workflow('heal', shell(LOOK), simulated('turns: 2, delay_ms: 1')).replace(
  'requires_repos: false',
  "repository: { ref: '{{branch}}' }\ninputs: [{ name: branch }, { name: check }]",
);

const Created = z.looseObject({ repo_id: z.string().optional(), trigger_id: z.string().optional() });
const Entry = z.looseObject({ execution_id: z.string(), status: z.string(), cost_usd: z.unknown() });

const check = (action: string, conclusion: string | null) => ({
  action,
  check_run: { conclusion, name: 'unit', pull_requests: [{ number: 5, head: { ref: 'fix' } }] },
  repository: { full_name: REPOSITORY },
  sender: { login: 'ada' },
});

describe('a delivery of GitHub', () => {
  let commits: Readonly<Record<string, string>> = {};
  const ids = { repo: '', trigger: '', execution: '' };

  const create = async (path: string, body: object) => {
    const { status, body: answer } = await platform.post(`/api${path}`, body);
    if (status >= 300) throw new Error(`${path} was answered ${status}: ${JSON.stringify(answer)}`);
    return Created.parse(answer);
  };
  const deliver = (id: string, payload: object, signedAs: object = payload) => {
    const [body, signed] = [payload, signedAs].map((each) => JSON.stringify(each)) as [string, string];
    return platform.post('/api/webhooks/github', body, deliveryHeaders('check_run', id, signed));
  };
  const read = async (path: string) => z.looseObject({}).parse((await platform.get(`/api${path}`)).body);
  const history = async () =>
    z.object({ entries: z.array(Entry) }).parse(await read(`/triggers/${ids.trigger}/history`)).entries;

  beforeAll(async () => {
    commits = server().create(REPOSITORY, { main: { 'greeting.txt': 'main' }, fix: { 'greeting.txt': 'fix' } });
    await platform.createWorkflow(HEAL);
    const repo = { full_name: REPOSITORY, provider_repo_id: '7', installation_id: '11', created_by: 'ada' };
    ids.repo = (await create('/repos', repo)).repo_id ?? '';
    const rule = { name: 'Heal', event: 'check_run.completed', repository: REPOSITORY, workflow_id: 'heal' };
    const conditions = [{ field: 'check_run.conclusion', operator: 'eq', value: 'failure' }];
    const input_mapping = { branch: 'check_run.pull_requests[0].head.ref', check: 'check_run.name' };
    ids.trigger = (await create('/triggers', { ...rule, conditions, input_mapping })).trigger_id ?? '';
  });

  it('that is not signed, or that no condition holds for, starts nothing', async () => {
    expect(await deliver('forged', check('completed', 'failure'), check('completed', 'success'))).toMatchObject({
      status: 401,
    });
    expect(await deliver('passed', check('completed', 'success'))).toMatchObject({ status: 200 });
    expect(await history()).toEqual([]);
  });

  it('starts the workflow of its rule on a clone at the branch of the pull request, and the run completes', async () => {
    expect(await deliver('failed', check('completed', 'failure'))).toMatchObject({ status: 200 });
    ids.execution = await eventually(async () => z.tuple([Entry]).parse(await history())[0].execution_id);
    await platform.reaches(ids.execution, 'completed', 120_000);

    const listed = await platform.get(`/api/artifacts?execution_id=${ids.execution}`);
    const artifacts = z.array(z.looseObject({ id: z.string(), title: z.string() })).parse(listed.body);
    const contentOf = async (name: string) => {
      const id = artifacts.find(({ title }) => title.endsWith(name))?.id ?? '';
      return String((await read(`/artifacts/${id}/content`))['content']).trim();
    };
    expect(await contentOf('commit.txt')).toBe(commits['fix']);
    expect(await contentOf('greeting.txt')).toBe('fix');
    expect(await contentOf('token.txt')).toBe('none');
    expect(server().requests.map(({ status }) => status)).not.toContain(401);
    expect(server().requests).not.toHaveLength(0);
  }, 180_000);

  it('is started once, however often it is delivered', async () => {
    expect(await deliver('failed', check('completed', 'failure'))).toMatchObject({ status: 200 });
    expect(await history()).toHaveLength(1);
  });

  it('fills the history of its rule and what is known of its repository', async () => {
    const { total_cost_usd, total_tokens } = await platform.execution(ids.execution);
    expect(Number(total_cost_usd)).toBeGreaterThan(0);
    const { execution: execution_id, repo } = ids;
    await eventually(async () => {
      expect(await history()).toMatchObject([
        { execution_id, status: 'completed', pr_number: 5, event_type: 'check_run.completed' },
      ]);
      expect(Number((await history())[0]?.cost_usd)).toBe(Number(total_cost_usd));
      expect(await read(`/repos/${repo}/cost`)).toMatchObject({ total_cost_usd, total_tokens, execution_count: 1 });
      expect(await read(`/repos/${repo}/health`)).toMatchObject({
        ...{ status: 'healthy', total_executions: 1, successful_executions: 1, success_rate: 1 },
        ...{ recent_cost_usd: total_cost_usd, window_tokens: total_tokens },
      });
      expect(await read(`/repos/${repo}/activity`)).toMatchObject({
        entries: [{ execution_id, workflow_id: 'heal', status: 'completed', trigger_source: 'trigger' }],
        total: 1,
      });
      expect(await read(`/repos/${repo}/sessions`)).toMatchObject({ total: 2 });
      expect(await read(`/triggers/${ids.trigger}`)).toMatchObject({ fire_count: 1 });
    });
  });
});
