import { describeWithAgent, inOrder, useModels, type ModelAnswer } from '@syntropic/testing';
import { z } from 'zod';
import { usePlatform } from './platform';
import { shell, workflow } from './workflows';

const Artifacts = z.array(z.looseObject({ id: z.string(), title: z.string() }));
const Content = z.looseObject({ content: z.string() });

const claude = (settings = '') => `agent: {provider: claude, model: claude-sonnet-5-5${settings}}
prompt_template: Do your work`;

describe("agents' programs, through the whole system", () => {
  const models = useModels();
  const platform = usePlatform({
    environment: () => ({
      ANTHROPIC_BASE_URL: models().url,
      ANTHROPIC_API_KEY: 'the-secret',
      SYN_CODEX_BIN: '/no/such/codex',
    }),
  });
  const run = async (id: string, phase: string, ...answers: readonly ModelAnswer[]) => {
    models().clear();
    models().answer(inOrder(...answers));
    await platform.createWorkflow(workflow(id, phase));
    return platform.execute(id);
  };

  it('are named by the refusal of a start for which no runner has one', async () => {
    await platform.createWorkflow(workflow('by-codex', 'agent: {provider: codex}'));
    const { status, body } = await platform.post('/api/workflows/by-codex/execute');

    expect(status).toBe(409);
    expect(body).toMatchObject({
      code: 'execution.no_capable_runner',
      detail: expect.stringContaining('codex is not where SYN_CODEX_BIN says') as string,
    });
  });

  it('with limits that no runner can hold are refused at their start, and nothing is begun', async () => {
    const large = 'agent: {provider: command, command: [sh], limits: {memory_mb: 900000000}}';
    await platform.createWorkflow(workflow('too-large', large));
    const { status, body } = await platform.post('/api/workflows/too-large/execute');

    expect(status).toBe(409);
    expect(body).toMatchObject({
      code: 'execution.no_capable_runner',
      detail: expect.stringMatching(/phase-1.*memory_mb (is 900000000, and .* at most \d+|cannot be held)/) as string,
    });
  });

  describeWithAgent('claude', 'by Claude Code', () => {
    it('cost what their model calls cost', async () => {
      const usage = { inputTokens: 10_000, outputTokens: 1_000 };
      const write = { command: 'echo hello > artifacts/output/hello.txt', description: 'greet' };
      const tools = [{ name: 'Bash', input: write }];
      const id = await run('by-claude', claude(), { tools, usage }, { text: 'Done.', usage });

      // Sonnet 5.5: 2 and 10 dollars for a million tokens.
      await expect(platform.reaches(id, 'completed')).resolves.toMatchObject({
        total_cost_usd: '0.06',
        total_tokens: 22_000,
        tool_call_count: 1,
        artifact_ids: [expect.any(String)],
      });
      expect(models().requests.map(({ headers }) => headers['x-api-key'])).toEqual(['the-secret', 'the-secret']);
    });

    it('leave an answer that has its form to later phases, and to clients', async () => {
      const schema = 'output_schema: {type: object, properties: {n: {type: integer}}, required: [n]}';
      models().clear();
      models().answer(inOrder({ tools: [{ name: 'StructuredOutput', input: { n: 3 } }] }, { text: 'Given.' }));
      const copy = 'cp artifacts/input/phase-1/answer.json artifacts/output/copy.json';
      const reader = shell(`${copy}\ncat > artifacts/output/prompt.txt <<'END'\n{{phase-1}}\nEND`);
      await platform.createWorkflow(workflow('answers', claude(`, ${schema}`), reader));
      const id = await platform.execute('answers');

      await platform.reaches(id, 'completed');
      const { body } = await platform.get(`/api/artifacts?execution_id=${id}`);
      const artifacts = Artifacts.parse(body);
      const answer = artifacts.find(({ title }) => title.endsWith('answer.json'));
      expect(answer).toMatchObject({ phase_id: 'phase-1' });
      for (const title of ['answer.json', 'copy.json', 'prompt.txt']) {
        const artifact = artifacts.find((one) => one.title.endsWith(title));
        const { content } = Content.parse((await platform.get(`/api/artifacts/${artifact?.id ?? ''}/content`)).body);
        expect(JSON.parse(content)).toEqual({ n: 3 });
      }
    });

    it('fail a phase whose answer does not have its form', async () => {
      const schema = 'output_schema: {type: object, properties: {n: {type: integer}}, required: [n]}';
      const none = { text: 'I give no answer of that form.' };
      const id = await run('in-form', claude(`, ${schema}`), none, none, none, none, none);

      const { phases } = await platform.reaches(id, 'failed');
      const { body } = await platform.get(`/api/sessions/${phases[0]?.session_id ?? ''}`);
      expect(body).toMatchObject({
        status: 'failed',
        error_message: expect.stringContaining('output_schema') as string,
        metadata: { error_type: 'output_schema_mismatch' },
      });
    });
  });
});
