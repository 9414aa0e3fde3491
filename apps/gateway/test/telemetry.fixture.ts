import { agentSession } from '@syntropic/agent-sessions/contracts';
import { NO_USAGE, UNKNOWN_USAGE, type Usage } from '@syntropic/kernel';
import { event } from '@syntropic/kernel/testing';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import { randomUUID } from 'node:crypto';
import { anArtifact, anExecutionId, factsOf, workflowCreated } from './facts';
import type { useGateway } from './gateway.fixture';

const model = (inputTokens: number, costUsd: string | null) => ({
  inputTokens,
  outputTokens: 20,
  cacheCreationTokens: 3,
  cacheReadTokens: 4,
  costUsd,
});
const used: Usage = {
  ...NO_USAGE,
  byModel: { large: model(100, '0.300000001'), small: model(10, '0.07') },
  costUsd: '0.370000001',
  toolCalls: 3,
  failedTools: 1,
  turns: 2,
  durationMs: 1_500,
};

type Gateway = Pick<ReturnType<typeof useGateway>, 'record' | 'observe'>;
type Ids = Readonly<{ sessionId: string; executionId: string }>;

let clock = Date.now() - 3_600_000;
export const nextMoment = (): string => new Date(clock++).toISOString();

/** Each observation is a millisecond after the one before. */
export const observed = ({ sessionId, executionId }: Ids, type: string, data: object = {}) => ({
  ...{ id: randomUUID(), type, sessionId, executionId, phaseId: 'plan' },
  time: nextMoment(),
  data: { leg: 1, ...data },
});

const call = (ids: Ids, message: string, cost: string, tokens: number) =>
  observed(ids, 'token_usage', {
    ...{ message_id: message, model: 'large', cost_usd: cost, input_tokens: tokens },
    ...{ output_tokens: 0, cache_creation_tokens: 0, cache_read_tokens: 0 },
  });

const tool = (ids: Ids, name: string, success = true) => {
  const data = { tool_name: name, tool_use_id: randomUUID() };
  return [
    observed(ids, 'tool_execution_started', data),
    observed(ids, 'tool_execution_completed', { ...data, success, duration_ms: 30 }),
  ];
};

/** An execution of a workflow of its own whose only session has ended, with its telemetry. */
export async function completedRun(gateway: Gateway) {
  const [executionId, workflowId] = [anExecutionId(), `w-${randomUUID().slice(-12)}`];
  const facts = factsOf(executionId, workflowId);
  const ids = { executionId, sessionId: facts.sessionId };
  await gateway.observe(
    ...[call(ids, 'm1', '0.3', 300), ...tool(ids, 'Bash'), ...tool(ids, 'Read', false)],
    ...[call(ids, 'm2', '0.1', 100), ...tool(ids, 'Bash'), observed(ids, 'message_response', { text: 'done' })],
  );
  await gateway.record(`workflow-${workflowId}`, [workflowCreated(workflowId, { name: 'Review' })]);
  const done = { ...facts.phaseCompleted, data: { ...facts.phaseCompleted.data, usage: used } };
  const events = [facts.started, facts.queued, facts.phaseStarted, done, facts.completed];
  await gateway.record(`execution-${executionId}`, events, executionId);
  const artifactId = randomUUID();
  await gateway.record(`artifact-${artifactId}`, [anArtifact(artifactId, executionId, { workflowId })], executionId);
  const ended = facts.sessionCompleted(8);
  const { minPosition } = await gateway.record(
    `session-${facts.sessionId}`,
    [facts.sessionStarted, { ...ended, data: { ...ended.data, usage: used } }],
    executionId,
  );
  return { ...ids, workflowId, minPosition };
}

/** A run of the same workflow whose first session was lost, and whose second one runs. */
export async function openRun(gateway: Gateway, workflowId: string) {
  const executionId = anExecutionId();
  const [lost, running] = [factsOf(executionId, workflowId), factsOf(executionId, workflowId, randomUUID(), 2)];
  await gateway.observe(
    call({ executionId, sessionId: lost.sessionId }, 'm1', '0.05', 50),
    call({ executionId, sessionId: running.sessionId }, 'm1', '0.02', 20),
  );
  const interrupted = event(workflowExecution.events.ExecutionInterrupted, {
    ...lost.interrupted.data,
    usage: NO_USAGE,
    completedPhases: 0,
  });
  const begun = [lost.started, lost.queued, lost.phaseStarted, interrupted];
  const again = [lost.retried, running.queued, running.phaseStarted];
  await gateway.record(`execution-${executionId}`, [...begun, ...again], executionId);
  const failed = event(agentSession.events.SessionCompleted, {
    ...lost.sessionCompleted(0).data,
    status: 'failed',
    usage: UNKNOWN_USAGE,
  });
  await gateway.record(`session-${lost.sessionId}`, [lost.sessionStarted, failed], executionId);
  const { minPosition } = await gateway.record(`session-${running.sessionId}`, [running.sessionStarted], executionId);
  return { executionId, lost: lost.sessionId, running: running.sessionId, minPosition };
}

export const tokens = {
  input_tokens: 110,
  output_tokens: 40,
  cache_creation_tokens: 6,
  cache_read_tokens: 8,
  total_tokens: 164,
};
export const cost = '0.370000001';
