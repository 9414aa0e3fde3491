import { NO_USAGE, type Event, type Usage } from '@syntropic/kernel';
import { randomUUID } from 'node:crypto';

/** Plain events as the command service records them. */
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

export const workflowCreated = (workflowId: string, own: object = {}): Event => ({
  type: 'WorkflowCreated',
  data: {
    workflowId,
    name: 'A workflow',
    workflowType: 'custom',
    classification: 'standard',
    requiresRepos: false,
    inputs: [],
    repos: [],
    phases: [phase('plan', 1)],
    ...own,
  },
});

export const phase = (phaseId: string, order: number) => ({
  phaseId,
  name: phaseId,
  order,
  executionType: 'sequential',
  inputArtifactTypes: [],
  outputArtifactTypes: [],
  timeoutSeconds: 300,
  allowedTools: [],
  retries: { max: 0, backoffSeconds: 0 },
  agent: { provider: 'simulated', isolation: 'sandbox' },
});

/** The events of an execution with one phase. */
export function factsOf(executionId: string, workflowId = 'a-workflow', sessionId: string = randomUUID(), attempt = 1) {
  const ids = { executionId, workflowId };
  const session = { ...ids, phaseId: 'plan', sessionId, attempt };
  const summary = { usage: USAGE, completedPhases: 1, totalPhases: 1, artifactIds: [] };
  return {
    sessionId,
    started: {
      type: 'ExecutionStarted',
      data: {
        ...ids,
        workflowName: 'A workflow',
        inputs: { topicName: 'x' },
        repos: ['acme/api'],
        phases: [phase('plan', 1)],
      },
    },
    queued: { type: 'PhaseQueued', data: { ...session, leg: 1, provider: 'simulated', isolation: 'sandbox' } },
    phaseStarted: {
      type: 'PhaseStarted',
      data: { ...session, phaseName: 'plan', phaseOrder: 1, leg: 1, runner: 'r', provider: 'simulated', repos: [] },
    },
    sessionStarted: {
      type: 'SessionStarted',
      data: { ...ids, sessionId, phaseId: 'plan', provider: 'simulated', repos: [] },
    },
    sessionCompleted: (telemetryEvents: number) => ({
      type: 'SessionCompleted',
      data: { ...ids, sessionId, phaseId: 'plan', status: 'completed', usage: USAGE, artifacts: [], telemetryEvents },
    }),
    phaseCompleted: { type: 'PhaseCompleted', data: { ...session, usage: USAGE, artifacts: [] } },
    interrupted: {
      type: 'ExecutionInterrupted',
      data: { ...session, leg: 1, ...summary, why: 'lease_lost', sessions: [{ sessionId, leg: 1 }] },
    },
    retried: { type: 'ExecutionRetried', data: { ...ids, phaseIds: ['plan'] } },
    completed: { type: 'ExecutionCompleted', data: { ...ids, ...summary } },
    cancelled: { type: 'ExecutionCancelled', data: { ...ids, ...summary } },
  };
}

/** A file that a phase has produced. */
export const anArtifact = (artifactId: string, executionId = anExecutionId(), own: object = {}): Event => ({
  type: 'ArtifactCreated',
  data: {
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
  },
});
