import { agentSession } from '@syntropic/agent-sessions/contracts';
import { NO_USAGE } from '@syntropic/kernel';
import { event } from '@syntropic/kernel/testing';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import { randomUUID } from 'node:crypto';
import type { Json } from './call';
import { anExecutionId, factsOf } from './facts';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();

const read = async (path: string, minPosition: string) => (await gateway.call('GET', path, { minPosition })).body;

/** An execution whose only session was lost after one call of a model. */
async function interrupted() {
  const executionId = anExecutionId();
  const facts = factsOf(executionId);
  const { sessionId } = facts;
  const stream = `execution-${executionId}`;
  await gateway.observe({
    id: randomUUID(),
    type: 'token_usage',
    time: new Date().toISOString(),
    sessionId,
    executionId,
    phaseId: 'plan',
    data: {
      leg: 1,
      model: 'm',
      input_tokens: 10,
      output_tokens: 5,
      cache_creation_tokens: 0,
      cache_read_tokens: 0,
      cost_usd: '0.25',
    },
  });
  const lost = event(workflowExecution.events.ExecutionInterrupted, {
    ...facts.interrupted.data,
    usage: NO_USAGE,
    completedPhases: 0,
  });
  await gateway.record(stream, [facts.started, facts.queued, facts.phaseStarted, lost], executionId);
  return { executionId, facts, stream };
}

describe('what a lost session has used', () => {
  it('stays in the totals when the execution is cancelled', async () => {
    const { executionId, facts, stream } = await interrupted();
    const { minPosition } = await gateway.record(stream, [facts.cancelled], executionId);

    expect(await read(`/api/executions/${executionId}`, minPosition)).toMatchObject({
      status: 'cancelled',
      total_tokens: 15,
      total_cost_usd: '0.25',
      cost_complete: false,
      phases: [{ status: 'interrupted', total_tokens: 15 }],
    });
  });

  it('stays in the totals when another attempt succeeds, and they are never called complete', async () => {
    const { executionId, facts, stream } = await interrupted();
    const again = factsOf(executionId, 'a-workflow', randomUUID(), 2);
    const { minPosition } = await gateway.record(
      stream,
      [...[facts.retried, again.queued, again.phaseStarted, again.phaseCompleted, again.completed]],
      executionId,
    );

    expect(await read(`/api/executions/${executionId}`, minPosition)).toMatchObject({
      total_tokens: 1_249,
      total_cost_usd: '0.67',
      cost_complete: false,
      phases: [{ status: 'completed', attempt: 2, total_tokens: 1_234 }],
    });
    const { executions } = await read('/api/executions', minPosition);
    expect((executions as Json[]).find((row) => row['workflow_execution_id'] === executionId)).toMatchObject({
      total_tokens: 1_249,
      cost_complete: false,
    });
  });

  it('is what the session shows', async () => {
    const { facts, executionId } = await interrupted();
    const { sessionCompleted, sessionStarted, sessionId } = facts;
    const usage = { ...NO_USAGE, costComplete: false };
    const ended = event(agentSession.events.SessionCompleted, {
      ...sessionCompleted(0).data,
      status: 'failed',
      usage,
    });
    const { minPosition } = await gateway.record(`session-${sessionId}`, [sessionStarted, ended], executionId);

    expect(await read(`/api/sessions/${sessionId}`, minPosition)).toMatchObject({
      status: 'failed',
      total_tokens: 15,
      total_cost_usd: '0.25',
      cost_complete: false,
    });
  });
});
