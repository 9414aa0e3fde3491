import { agentSession } from '@syntropic/agent-sessions/contracts';
import { artifact } from '@syntropic/artifacts/contracts';
import { NO_USAGE, type InputOf, type Usage } from '@syntropic/kernel';
import { event } from '@syntropic/kernel/testing';
import { workflowExecution, workflowTemplate } from '@syntropic/orchestration/contracts';
import { randomUUID } from 'node:crypto';

/** Events as the command service records them. */
export const anExecutionId = (): string => `exec-${randomUUID().slice(-12)}`;

const USAGE: Usage = {
  ...NO_USAGE,
  byModel: {
    'claude-sonnet-4-5': {
      inputTokens: 1_000,
      outputTokens: 200,
      cacheCreationTokens: 30,
      cacheReadTokens: 4,
      costUsd: '0.42',
    },
  },
  costUsd: '0.42',
  toolCalls: 3,
};

const { WorkflowCreated } = workflowTemplate.events;

export const workflowCreated = (workflowId: string, own: Partial<InputOf<typeof WorkflowCreated>> = {}) =>
  event(WorkflowCreated, {
    workflowId,
    name: 'A workflow',
    workflowType: 'custom',
    classification: 'standard',
    requiresRepos: false,
    inputs: [],
    repos: [],
    phases: [phase('plan', 1)],
    ...own,
  });

export const phase = (phaseId: string, order: number) => ({
  phaseId,
  name: phaseId,
  order,
  executionType: 'sequential' as const,
  inputArtifactTypes: [],
  outputArtifactTypes: [],
  timeoutSeconds: 300,
  allowedTools: [],
  retries: { max: 0, backoffSeconds: 0 },
  agent: { provider: 'simulated' as const, isolation: 'sandbox' as const },
});

/** The events of an execution with one phase. */
export function factsOf(executionId: string, workflowId = 'a-workflow', sessionId: string = randomUUID(), attempt = 1) {
  const execution = workflowExecution.events;
  const ids = { executionId, workflowId };
  const phaseIds = { ...ids, phaseId: 'plan', sessionId };
  const session = { ...phaseIds, attempt, leg: 1 };
  const summary = { usage: USAGE, completedPhases: 1, totalPhases: 1, artifactIds: [] };
  return {
    sessionId,
    started: event(execution.ExecutionStarted, {
      ...ids,
      workflowName: 'A workflow',
      inputs: { topicName: 'x' },
      repos: ['acme/api'],
      phases: [phase('plan', 1)],
    }),
    queued: event(execution.PhaseQueued, { ...session, provider: 'simulated', isolation: 'sandbox' }),
    phaseStarted: event(execution.PhaseStarted, {
      ...session,
      phaseName: 'plan',
      phaseOrder: 1,
      runner: 'r',
      provider: 'simulated',
    }),
    held: event(execution.PhaseHeld, { ...session, yieldPoint: 'after_tool' }),
    sessionStarted: event(agentSession.events.SessionStarted, {
      ...phaseIds,
      provider: 'simulated',
      repos: ['acme/api'],
    }),
    sessionCompleted: (telemetryEvents: number) =>
      event(agentSession.events.SessionCompleted, {
        ...phaseIds,
        status: 'completed',
        usage: USAGE,
        artifacts: [],
        telemetryEvents,
      }),
    phaseCompleted: event(execution.PhaseCompleted, { ...session, usage: USAGE, artifacts: [] }),
    interrupted: event(execution.ExecutionInterrupted, {
      ...session,
      ...summary,
      why: 'lease_lost',
      sessions: [{ sessionId, leg: 1 }],
    }),
    retried: event(execution.ExecutionRetried, { ...ids, phaseIds: ['plan'] }),
    completed: event(execution.ExecutionCompleted, { ...ids, ...summary }),
    cancelled: event(execution.ExecutionCancelled, { ...ids, ...summary }),
  };
}

const { ArtifactCreated } = artifact.events;

/** A file that a phase has produced. */
export const anArtifact = (
  artifactId: string,
  executionId = anExecutionId(),
  own: Partial<InputOf<typeof ArtifactCreated>> = {},
) =>
  event(ArtifactCreated, {
    artifactId,
    workflowId: 'a-workflow',
    phaseId: 'plan',
    executionId,
    sessionId: randomUUID(),
    artifactType: 'text',
    contentType: 'text/plain',
    title: 'notes.md',
    path: 'notes.md',
    sha256: '0'.repeat(64),
    uri: `sha256:${'0'.repeat(64)}`,
    sizeBytes: 3,
    isPrimaryDeliverable: true,
    ...own,
  });
