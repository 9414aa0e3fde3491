import { inOrder, useModels, type ModelAnswer } from '@syntropic/testing';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { usePlatform } from './platform';
import { workflow } from './workflows';

const CLAUDE = join(__dirname, '../agents/claude/node_modules/@anthropic-ai');
const itWithClaude = existsSync(CLAUDE) ? it : it.skip;
const skipped = existsSync(CLAUDE)
  ? ''
  : ' (skipped: Claude Code is not installed: npm ci --prefix tools/agents/claude)';

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

  itWithClaude(`cost what their model calls cost${skipped}`, async () => {
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

  itWithClaude(`fail a phase whose answer does not have its form${skipped}`, async () => {
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
