import { agentSession } from '@syntropic/agent-sessions/contracts';
import { triggerRule } from '@syntropic/github/contracts';
import { costsOf, type Usd } from '@syntropic/kernel';
import { event } from '@syntropic/kernel/testing';
import { workflowCreated } from './facts';
import { useGateway } from './gateway.fixture';
import { Insights, usageOf } from './insights.fixture';

const gateway = useGateway();
const { aSystem, completed, read } = new Insights(gateway);

type Run = Awaited<ReturnType<typeof completed>>;
type Answers = Readonly<Record<string, unknown>>;

const MODEL = 'a-model';
const firing = { triggerId: 'tr-bbbbbbbb', deliveryId: 'delivery', event: 'push', repository: 'acme/api' };

async function fired({ executionId }: Run): Promise<void> {
  const at = '2026-11-26T12:00:00.000Z';
  const registered = {
    ...{ triggerId: firing.triggerId, name: 'Heal', event: 'push', repository: 'acme/api', workflowId: 'a-workflow' },
    ...{ conditions: [], inputMapping: {}, installationId: '1', createdBy: 'api' },
    config: { maxAttempts: 3, dailyLimit: 20, debounceSeconds: 0, cooldownSeconds: 300 },
  };
  await gateway.record(`trigger-${firing.triggerId}`, [
    event(triggerRule.events.TriggerRegistered, registered),
    event(triggerRule.events.TriggerFired, { ...firing, executionId, workflowId: 'a-workflow', at }),
    event(triggerRule.events.TriggerDispatchCompleted, {
      triggerId: firing.triggerId,
      executionId,
      workflowId: 'a-workflow',
    }),
  ]);
}

/** The path of each answer with a cost of this run, and what it says of the cost. */
function answersAt(cost: Usd, { executionId, sessionId }: Run, ids: Readonly<{ repoId: string; systemId: string }>) {
  const total = { total_cost_usd: cost };
  const cost_by_model = { [MODEL]: cost };
  const account = { ...total, cost_by_model };
  return {
    [`/executions/${executionId}`]: { ...account, cost_complete: true, phases: [{ cost_usd: cost, cost_by_model }] },
    '/executions': { executions: [total] },
    [`/sessions/${sessionId}`]: account,
    '/sessions': { sessions: [total] },
    [`/costs/sessions/${sessionId}`]: account,
    [`/costs/executions/${executionId}`]: { ...account, cost_by_phase: { plan: cost } },
    '/costs/summary': total,
    '/metrics?workflow_id=a-workflow': { ...total, phases: [{ cost_usd: cost }] },
    [`/triggers/${firing.triggerId}/history`]: { entries: [{ cost_usd: Number(cost) }] },
    [`/repos/${ids.repoId}/cost`]: account,
    [`/repos/${ids.repoId}/sessions`]: { sessions: [total] },
    [`/repos/${ids.repoId}/health`]: { recent_cost_usd: cost },
    [`/systems/${ids.systemId}/cost`]: account,
    '/insights/cost': account,
    '/insights/contribution-heatmap?metric=cost_usd': { total: Number(cost) },
  } satisfies Readonly<Record<string, Answers>>;
}

it('costs the same to the cent wherever it is asked for, before and after its session was priced again', async () => {
  const { systemId, api } = await aSystem();
  await gateway.record('workflow-a-workflow', [workflowCreated('a-workflow')]);
  const run = await completed('0.1', api.fullName);
  await fired(run);
  const ids = { repoId: api.repoId, systemId };
  const { executionId, sessionId } = run;

  const before = answersAt('0.1', run, ids);
  for (const [path, answer] of Object.entries(before)) expect(await read(path, run.minPosition)).toMatchObject(answer);

  const [old, now] = [usageOf('0.1'), usageOf('0.320000001')].map(costsOf) as [Costs, Costs];
  const place = { workflowId: 'a-workflow', phaseId: 'plan' };
  const repriced = event(agentSession.events.SessionRepriced, {
    ...{ sessionId, executionId, ...place, priceTable: 'next', before: old, after: now },
  });
  const { minPosition } = await gateway.record(`session-${sessionId}`, [repriced], executionId);

  const after = answersAt('0.320000001', run, ids);
  for (const [path, answer] of Object.entries(after)) expect(await read(path, minPosition)).toMatchObject(answer);

  const [, last = ''] = minPosition.split('.');
  const past = (at: number) => read(`/executions/${executionId}?at=${at}`, minPosition);
  expect(await past(Number(last) - 1)).toMatchObject({ total_cost_usd: '0.1', phases: [{ cost_usd: '0.1' }] });
  expect(await past(Number(last))).toMatchObject({
    ...{ total_cost_usd: '0.320000001', as_of: { position: minPosition } },
    phases: [{ cost_usd: '0.320000001' }],
  });
});

type Costs = ReturnType<typeof costsOf>;
