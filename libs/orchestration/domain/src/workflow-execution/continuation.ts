import { derivedUuid, SessionId, type ExecutionId } from '@syntropic/kernel';
import { forksOf, MAX_ARTIFACT_IDS, type ExecutionEvent, type YieldPoint } from '@syntropic/orchestration/contracts';
import {
  evolve,
  isActive,
  isEnding,
  isLive,
  isRetried,
  isUnderway,
  type PhaseState,
  type UnderwayExecution,
  type WorkflowExecution,
} from './workflow-execution';

export type Decision = readonly ExecutionEvent[];

/** Adds the events that these facts lead to: the next phases, a requested pause, or the end. */
export function followed(execution: WorkflowExecution, facts: Decision, yieldPoint?: YieldPoint): Decision {
  const after = facts.reduce(evolve, execution);
  if (!isUnderway(after)) return facts;
  const given = [...facts, ...undeliverable(after, isFinished)];
  const now = given.reduce(evolve, execution);
  return isUnderway(now) ? [...given, ...consequencesOf(now, yieldPoint)] : given;
}

function consequencesOf(execution: UnderwayExecution, yieldPoint: YieldPoint = 'before_phase'): Decision {
  const { phases, status } = execution;
  const ids = idsOf(execution);
  if (isEnding(execution)) return phases.some(isLive) ? [] : ended(execution);
  if (status !== 'running') return [];
  if (phases.every((phase) => phase.status === 'completed')) {
    return [{ type: 'ExecutionCompleted', data: { ...ids, ...summaryOf(execution) } }];
  }
  if (execution.requested === 'pause') {
    const phaseId = phases.find(isLive)?.definition.phaseId;
    return phases.some((phase) => phase.status === 'running')
      ? []
      : [{ type: 'ExecutionPaused', data: { ...ids, yieldPoint, phaseId } }];
  }
  return nextPhases(phases).map((phase) => queued(execution, phase));
}

/** Ends an execution without running phases: stops the phases that wait for a runner, and keeps their usage. */
function ended(execution: UnderwayExecution): Decision {
  const ids = idsOf(execution);
  const givenUp = execution.phases.flatMap((phase): Decision => {
    const { definition, sessionId, attempt, leg, usage } = phase;
    if (!isActive(phase) || !sessionId) return [];
    const data = { ...ids, phaseId: definition.phaseId, sessionId, attempt, leg, usage, artifacts: [] };
    return [{ type: 'PhaseStopped', data }];
  });
  const after = givenUp.reduce(evolve, execution);
  const last = undeliverable(execution, () => true);
  return [...givenUp, ...last, endOf(isUnderway(after) ? after : execution)];
}

function endOf(execution: UnderwayExecution): ExecutionEvent {
  const data = { ...idsOf(execution), ...summaryOf(execution) };
  if (execution.status !== 'running' || !execution.failure || execution.requested === 'cancel') {
    return { type: 'ExecutionCancelled', data: { ...data, reason: execution.reason } };
  }
  const { phase, error, errorType } = execution.failure;
  return { type: 'ExecutionFailed', data: { ...data, phaseId: phase.definition.phaseId, error, errorType } };
}

/** No attempt of the phase follows. */
const isFinished = ({ status }: PhaseState): boolean => status === 'completed' || status === 'stopped';

/** The messages that wait for agents of these phases. */
function undeliverable(execution: UnderwayExecution, isOver: (phase: PhaseState) => boolean): Decision {
  const over = execution.phases.filter(isOver).map(({ definition }) => definition.phaseId);
  return execution.messages.flatMap(({ messageId, phaseIds }) =>
    phaseIds
      .filter((phaseId) => over.includes(phaseId))
      .map((phaseId) => ({ type: 'MessageUndeliverable', data: { ...idsOf(execution), phaseId, messageId } }) as const),
  );
}

/** The phases that can be queued now: those kept back by a pause, or the next group once the previous one is done. */
export function nextPhases(phases: readonly PhaseState[]): readonly PhaseState[] {
  const isOpen = phases.some((phase) => isActive(phase) || isRetried(phase) || phase.status === 'awaiting_approval');
  if (isOpen) return phases.filter(({ status }) => status === 'parked' || status === 'due');

  const upcoming = phases.filter(({ status }) => status === 'pending' || status === 'interrupted');
  const inParallel = ({ definition }: PhaseState) => definition.executionType === 'parallel';
  const end = upcoming.findIndex((phase) => !inParallel(phase));
  const group = end < 0 ? upcoming : upcoming.slice(0, end);
  return group.length > 0 ? group : upcoming.slice(0, 1);
}

/** Begins the interrupted phases again. `automaticRetry`: the number of this retry, absent for a requested one. */
export function retried(execution: UnderwayExecution, automaticRetry?: number): Decision {
  const phaseIds = execution.phases
    .filter(({ status }) => status === 'interrupted')
    .map(({ definition }) => definition.phaseId);
  const data = { ...idsOf(execution), phaseIds, ...(automaticRetry !== undefined && { automaticRetry }) };
  return followed(execution, [{ type: 'ExecutionRetried', data }]);
}

/** A parked phase continues with its next leg, any other with its next attempt. */
export function queued(execution: UnderwayExecution, phase: PhaseState): ExecutionEvent {
  const ids = idsOf(execution);
  const { definition, runner } = phase;
  const goesOn = phase.status === 'parked' && phase.sessionId !== undefined;
  const attempt = goesOn ? phase.attempt : phase.attempt + 1;

  return {
    type: 'PhaseQueued',
    data: {
      ...ids,
      phaseId: definition.phaseId,
      attempt,
      sessionId: sessionIdOf(ids.executionId, definition.phaseId, attempt),
      leg: goesOn ? phase.leg + 1 : 1,
      provider: isForked(execution, phase) ? forksOf(definition.agent.provider) : definition.agent.provider,
      isolation: definition.agent.isolation,
      ...secretsOf(definition.agent),
      parkedOn: goesOn ? runner : undefined,
    },
  };
}

/** The phase begins with the session of another execution. */
const isForked = ({ started: { forkOf } }: UnderwayExecution, { definition }: PhaseState): boolean =>
  forkOf?.phaseId === definition.phaseId;

/** Executions of older builds record whole agents, which ask for none. */
const secretsOf = (agent: PhaseState['definition']['agent']) =>
  'secrets' in agent && agent.secrets ? { secrets: [...agent.secrets] } : {};

/** Each attempt of a phase is one session, so its id derives from both. */
const sessionIdOf = (executionId: ExecutionId, phaseId: string, attempt: number): SessionId =>
  SessionId.parse(derivedUuid('5e551040-0000-5000-8000-000000000000', executionId, phaseId, attempt));

export const idsOf = ({ started: { executionId, workflowId, budget } }: UnderwayExecution) => ({
  executionId,
  workflowId,
  ...(budget && { isBudgeted: true as const }),
});

export function summaryOf({ phases, usage }: UnderwayExecution) {
  const artifactIds = phases.flatMap(({ artifacts }) => artifacts.map(({ artifactId }) => artifactId));
  return {
    usage,
    completedPhases: phases.filter(({ status }) => status === 'completed').length,
    totalPhases: phases.length,
    artifactIds: artifactIds.slice(0, MAX_ARTIFACT_IDS),
    ...(artifactIds.length > MAX_ARTIFACT_IDS && { artifactCount: artifactIds.length }),
  };
}
