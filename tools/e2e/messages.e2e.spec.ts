import { describeWithAgent, eventually, useModels } from '@syntropic/testing';
import { AGENTS, CALL_USAGE, costOf, environmentOfAgents, phaseOf } from './agent-programs';
import { usePlatform } from './platform';
import { shell, workflow } from './workflows';

/** The snapshot at the beginning of a stream may tell of the request already. */
const SETTLED = /^Message[DU]|^ExecutionC/;

const models = useModels();
const platform = usePlatform({ environment: () => environmentOfAgents(models().url) });

const inject = (id: string, message: string, headers?: Readonly<Record<string, string>>) =>
  platform.post(`/api/executions/${id}/inject`, { message }, headers);
const messagesOf = async (id: string) => (await platform.get(`/api/executions/${id}/messages`)).body;
const requestsWith = (words: string) => models().requests.filter(({ body }) => JSON.stringify(body).includes(words));

type Agent = (typeof AGENTS)[number];

/** The agent works until it reads the word, or `isDone`. */
async function untilItReads(agent: Agent, workflowId: string, word: string, isDone = () => false): Promise<string> {
  const usage = CALL_USAGE;
  models().clear();
  models().answer(({ body }) =>
    isDone() || JSON.stringify(body).includes(word)
      ? { text: 'Done.', usage }
      : { tools: [agent.shell('sleep 0.2')], usage },
  );
  await platform.createWorkflow(workflow(workflowId, phaseOf(agent)));
  const id = await platform.execute(workflowId);
  await eventually(() => models().requests.length > 1);
  return id;
}

for (const agent of AGENTS.filter(({ takesMessages }) => takesMessages)) {
  describeWithAgent(agent.provider, `messages for ${agent.provider} at work`, () => {
    it('are seen by the model at its next turn, once for each key', async () => {
      const id = await untilItReads(agent, `attentive-${agent.provider}`, 'lighthouse');
      const key = { 'Idempotency-Key': `note of ${id}` };
      expect((await inject(id, 'Look at the lighthouse', key)).status).toBe(200);
      expect((await inject(id, 'Look at the lighthouse', key)).status).toBe(200);

      const control: string[] = [];
      for await (const { event } of platform.frames(id)) if (SETTLED.test(event)) control.push(event);
      expect(control).toEqual(['MessageDelivered', 'ExecutionCompleted']);
      const requests = requestsWith('lighthouse');
      expect(requests).toHaveLength(1);
      expect(JSON.stringify(requests[0]?.body).split('Look at the lighthouse')).toHaveLength(2);
      const { phases, total_cost_usd } = await platform.execution(id);
      expect(Number(total_cost_usd)).toBeCloseTo(costOf(models().requests, agent.prices), 9);
      const taken = { phase_id: 'phase-1', state: 'delivered', session_id: phases[0]?.session_id };
      expect(await messagesOf(id)).toMatchObject({
        total: 1,
        messages: [{ message: 'Look at the lighthouse', recipients: [taken] }],
      });
    });

    it('wait while the execution is paused, and reach the next leg when the runner is lost', async () => {
      const id = await untilItReads(agent, `patient-${agent.provider}`, 'harbour');
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
    });
  });
}

for (const agent of AGENTS.filter(({ takesMessages }) => !takesMessages)) {
  describeWithAgent(agent.provider, `messages for ${agent.provider}, which takes none at work`, () => {
    it('are refused with its name, are not kept, and never reach its model', async () => {
      let isRefused = false;
      const id = await untilItReads(agent, `deaf-${agent.provider}`, 'lighthouse', () => isRefused);
      expect(await inject(id, 'Look at the lighthouse')).toMatchObject({
        status: 409,
        body: {
          code: 'execution.takes_no_messages',
          detail: expect.stringContaining(`the provider ${agent.provider}`) as string,
        },
      });
      isRefused = true;

      const { total_cost_usd } = await platform.reaches(id, 'completed');
      expect(requestsWith('lighthouse')).toEqual([]);
      expect(await messagesOf(id)).toMatchObject({ total: 0, messages: [] });
      expect(Number(total_cost_usd)).toBeCloseTo(costOf(models().requests, agent.prices), 9);
    });
  });
}

describe('messages for programs', () => {
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
