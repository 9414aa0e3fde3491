import { ExecutionId, NO_USAGE, SessionId } from '@syntropic/kernel';
import { event, specificationOf } from '@syntropic/kernel/testing';
import { WorkflowDefinition, workflowExecution, type ExecutionEvent } from '@syntropic/orchestration/contracts';
import { account, begun, building, ids, planning, queued, sums } from './facts';
import { everything, stateAfter } from './steps';
import type { WorkflowTemplate } from '../workflow-template';
import { WorkflowExecution } from '../workflow-execution/aggregate';
import { rerunExecution } from '../workflow-execution/rerun-execution';
import type { SourceFacts } from '../workflow-execution/successor';

const { events, commands } = workflowExecution;
const { given } = specificationOf(WorkflowExecution);

export const definition = WorkflowDefinition.parse({
  name: 'Review',
  requiresRepos: false,
  inputs: [{ name: 'topic' }, { name: 'depth', default: '1' }],
  phases: ['plan', 'build', 'check'].map((id, index) => ({
    phaseId: id,
    name: id.toUpperCase(),
    order: index + 1,
    agent: { provider: 'simulated' },
  })),
});
const template: WorkflowTemplate = { status: 'active', definition };
export const facts: SourceFacts = { template, isCapable: everything };

const agent = { provider: 'simulated', isolation: 'sandbox' } as const;
const recorded = {
  workflowName: 'Review',
  templateVersion: 3,
  provider: 'simulated',
  inputs: { topic: 'tea', depth: '1' },
  task: 'Look',
  repos: ['o/r'],
  repositoryRef: 'v2',
  phases: definition.phases.map(({ phaseId, name, order }) => ({ phaseId, name, order, agent })),
  interruptionRetries: { max: 2, backoffSeconds: 5 },
} as const;
export const mutable = () => ({ ...recorded, repos: [...recorded.repos], phases: [...recorded.phases] });

const started = event(events.ExecutionStarted, { ...ids, ...mutable() });
const planned = event(events.PhaseCompleted, { ...planning, ...account });
export const fault = { error: 'exit 1', errorType: 'agent_failed' };
export const built = [started, queued(planning), begun(planning), planned, queued(building), begun(building)] as const;
const buildFailed = event(events.PhaseFailed, { ...building, usage: NO_USAGE, artifacts: [], ...fault });
export const sumsOfPlan = { ...sums.one, completedPhases: 1, totalPhases: 3 };
export const failed = event(events.ExecutionFailed, { ...ids, phaseId: building.phaseId, ...sumsOfPlan, ...fault });
export const broken = [...built, buildFailed, failed] as const;
export const interrupted = event(events.ExecutionInterrupted, {
  ...building,
  ...sumsOfPlan,
  why: 'lease_lost',
  sessions: [{ sessionId: building.sessionId, leg: 1 }],
});
export const cancelled = [
  event(events.ExecutionCancelRequested, ids),
  event(events.PhaseStopped, { ...building, usage: NO_USAGE, artifacts: [] }),
  event(events.ExecutionCancelled, { ...ids, ...sumsOfPlan }),
] as const;

export const next = ExecutionId.parse('exec-ba9876543210');
const nextIds = { ...ids, executionId: next };
export const command = (more: object = {}) =>
  commands.RerunExecution.schema.parse({ executionId: next, sourceId: ids.executionId, ...more });

export const NO_TOKENS = { inputTokens: 0, outputTokens: 0, cacheCreationTokens: 0, cacheReadTokens: 0 };
export const plan = {
  phaseId: planning.phaseId,
  executionId: ids.executionId,
  sessionId: planning.sessionId,
  attempt: 1,
  artifactId: account.artifacts[0]?.artifactId,
  used: { ...NO_TOKENS, costUsd: '0.5', costComplete: true },
};
export const startedAgain = (status: 'failed' | 'interrupted' | 'cancelled' | 'completed', more: object = {}) =>
  event(events.ExecutionStarted, {
    ...nextIds,
    ...mutable(),
    rerunOf: { executionId: ids.executionId, status },
    ...more,
  });
export const takenOver = event(events.PhasesTakenOver, { ...nextIds, phases: [plan] });
const inNext = (session: typeof planning, sessionId: string) =>
  ({ ...session, executionId: next, sessionId: SessionId.parse(sessionId) }) as const;
export const buildingNext = inNext(building, 'bd2e8dbb-b616-55d1-b731-d6331ba8a00f');
export const buildQueued = queued(buildingNext);
export const planQueued = queued(inNext(planning, '673fd386-9367-510d-bbc1-47ee599be79f'));

export const rerun = (source: readonly ExecutionEvent[], more: object = {}, known: Partial<SourceFacts> = {}) =>
  given().when(rerunExecution, command(more), stateAfter(source), { ...facts, ...known });
