import { eventually, useModels } from '@syntropic/testing';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { usePlatform } from './platform';
import { shell, workflow } from './workflows';

const CLAUDE = join(__dirname, '../agents/claude/node_modules/@anthropic-ai');
const itWithClaude = existsSync(CLAUDE) ? it : it.skip;
const skipped = existsSync(CLAUDE)
  ? ''
  : ' (skipped: Claude Code is not installed: npm ci --prefix tools/agents/claude)';

/** The snapshot at the beginning of a stream may tell of the request already. */
const SETTLED = /^Message[DU]|^ExecutionC/;

describe('messages for agents at work', () => {
  const models = useModels();
  const platform = usePlatform({
    environment: () => ({ ANTHROPIC_BASE_URL: models().url, ANTHROPIC_API_KEY: 'the-secret' }),
  });
  const inject = (id: string, message: string, headers?: Readonly<Record<string, string>>) =>
    platform.post(`/api/executions/${id}/inject`, { message }, headers);

  /** An agent that works until it reads the word. */
  const untilItReads = async (workflowId: string, word: string): Promise<string> => {
    models().clear();
    const tools = [{ name: 'Bash', input: { command: 'sleep 0.2', description: 'works' } }];
    models().answer(({ body }) => (JSON.stringify(body).includes(word) ? { text: 'Done.' } : { tools }));
    await platform.createWorkflow(
      workflow(workflowId, 'agent: {provider: claude, model: claude-sonnet-5-5}\nprompt_template: Do your work'),
    );
    const id = await platform.execute(workflowId);
    await eventually(() => models().requests.length > 1);
    return id;
  };

  itWithClaude(`are seen by the model at its next turn, once for each key${skipped}`, async () => {
    const id = await untilItReads('attentive', 'lighthouse');
    const key = { 'Idempotency-Key': `note of ${id}` };
    expect((await inject(id, 'Look at the lighthouse', key)).status).toBe(200);
    expect((await inject(id, 'Look at the lighthouse', key)).status).toBe(200);

    const control: string[] = [];
    for await (const { event } of platform.frames(id)) if (SETTLED.test(event)) control.push(event);
    expect(control).toEqual(['MessageDelivered', 'ExecutionCompleted']);
    const requests = models().requests.filter(({ body }) => JSON.stringify(body).includes('lighthouse'));
    expect(requests).toHaveLength(1);
    expect(JSON.stringify(requests[0]?.body).split('Look at the lighthouse')).toHaveLength(2);
    const { phases } = await platform.execution(id);
    const taken = { phase_id: 'phase-1', state: 'delivered', session_id: phases[0]?.session_id };
    const { body } = await platform.get(`/api/executions/${id}/messages`);
    expect(body).toMatchObject({ total: 1, messages: [{ message: 'Look at the lighthouse', recipients: [taken] }] });
  });

  itWithClaude(
    `wait while the execution is paused, and reach the next leg when the runner is lost${skipped}`,
    async () => {
      const id = await untilItReads('patient', 'harbour');
      await platform.post(`/api/executions/${id}/pause`);
      await platform.reaches(id, 'paused');
      await inject(id, 'Look at the harbour');
      await platform.kill('agent-runner');

      const control: string[] = [];
      for await (const { event } of platform.frames(id)) {
        if (SETTLED.test(event) || event === 'PhaseParked') control.push(event);
        if (event === 'PhaseParked') await platform.post(`/api/executions/${id}/resume`);
      }
      expect(control).toEqual(['PhaseParked', 'MessageDelivered', 'ExecutionCompleted']);
    },
    120_000,
  );

  it('are refused, with the provider, where agents take none', async () => {
    await platform.createWorkflow(workflow('deaf', shell('sleep 20')));
    const id = await platform.execute('deaf');
    await eventually(async () => (await platform.execution(id)).phases[0]?.status === 'running');

    const { status, body } = await inject(id, 'Hear');
    expect(status).toBe(409);
    expect(body).toMatchObject({ detail: expect.stringContaining('provider command') as string });
    await platform.post(`/api/executions/${id}/cancel`);
    await platform.reaches(id, 'cancelled');
    expect((await inject(id, 'Hear')).status).toBe(400);
  });
});
