import { derivedUuid, SessionId, type ExecutionId } from '@syntropic/kernel';
import {
  forksOf,
  MAX_ARTIFACT_IDS,
  type ExecutionCommands,
  type ExecutionEvent,
  type YieldPoint,
} from '@syntropic/orchestration/contracts';
import { hasSession, isActive, isLive, isRetried, type PhaseState, type PhaseWithSession } from './phase-state';
import {
  evolve,
  isEnding,
  isUnderway,
  type Running,
  type UnderwayExecution,
  type WorkflowExecution,
} from './workflow-execution';

export type Decision = readonly ExecutionEvent[];

/** Adds the events that these facts lead to: the next phases, a requested pause, or the end. */
export function followed(execution: WorkflowExecution, facts: Decision, yieldPoint?: YieldPoint): Decision {
  const after = facts.reduce(evolve, execution);
  if (!isUnderway(after)) return facts;
  const given = [...facts, ...undeliverable(after, isSettled)];
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
      : [{ type: 'ExecutionPaused', data: { ...ids, yieldPoint, phaseId, ...limitedPauseOf(execution) } }];
  }
  if (execution.requested === 'interrupt') return phases.some(isLive) ? [] : [interruption(execution)];
  return nextPhases(phases).map((phase) => queued(execution, phase));
}

const limitedPauseOf = ({ limitedUntil: until }: Running) =>
  until === undefined ? {} : { why: 'limit' as const, until };

/** Interrupts an execution whose agents have ended as it was requested. Named by its first phase at work, else by the newest session. */
function interruption(execution: UnderwayExecution): ExecutionEvent {
  const { phases, reason } = execution;
  const begun = phases.filter(hasSession);
  const phase = begun.find(isActive) ?? begun.at(-1);
  if (!phase) throw new Error('an execution that runs has a session');
  const sessions = sessionsAtWork(phases);
  const data = {
    ...inSession(execution, phase),
    ...summaryOf(execution),
    why: 'requested',
    ...sessions,
    reason,
  } as const;
  return { type: 'ExecutionInterrupted', data };
}

/** The sessions that an interruption ends, and those with workspaces to go on in: of parked phases, also when they wait for their next leg. */
export function sessionsAtWork(phases: readonly PhaseState[]) {
  const active = phases.filter(hasSession).filter(isActive);
  const hasWorkspace = ({ status, leg }: PhaseState) => status === 'parked' || (status === 'queued' && leg > 1);
  const parked = active.filter(hasWorkspace).map(sessionLegOf);
  const sessions = active.filter((phase) => !hasWorkspace(phase)).map(sessionLegOf);
  return { sessions, ...(parked.length > 0 && { parked }) };
}

const sessionLegOf = ({ sessionId, leg }: PhaseWithSession) => ({ sessionId, leg });

/** Ends an execution without running phases: stops the phases that wait for a runner, and keeps their usage. */
function ended(execution: UnderwayExecution): Decision {
  const givenUp = execution.phases.flatMap((phase): Decision => {
    const { usage } = phase;
    return isActive(phase) && hasSession(phase) ? [stopped(execution, phase, { usage, artifacts: [] })] : [];
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
const isSettled = ({ status }: PhaseState): boolean => status === 'completed' || status === 'stopped';

/** The messages that wait for agents of these phases. */
function undeliverable(execution: UnderwayExecution, isOver: (phase: PhaseState) => boolean): Decision {
  const over = execution.phases.filter(isOver).map(({ definition }) => definition.phaseId);
  return execution.messages.flatMap(({ messageId, phaseIds }) =>
    phaseIds
      .filter((phaseId) => over.includes(phaseId))
      .map((phaseId) => ({ type: 'MessageUndeliverable', data: { ...idsOf(execution), phaseId, messageId } }) as const),
  );
}

/** The phases that can be queued now: those kept back by a pause or interrupted, or the next group once the previous one is done. */
export function nextPhases(phases: readonly PhaseState[]): readonly PhaseState[] {
  const isOpen = phases.some((phase) => isActive(phase) || isRetried(phase) || phase.status === 'awaiting_approval');
  if (isOpen) return phases.filter(({ status }) => status === 'parked' || status === 'due' || status === 'interrupted');

  const upcoming = phases.filter(({ status }) => status === 'pending' || status === 'interrupted');
  const inParallel = ({ definition }: PhaseState) => definition.executionType === 'parallel';
  const end = upcoming.findIndex((phase) => !inParallel(phase));
  const group = end < 0 ? upcoming : upcoming.slice(0, end);
  return group.length > 0 ? group : upcoming.slice(0, 1);
}

/** Begins the interrupted phases again, those of parked sessions with their next leg. `automaticRetry`: the number of this retry, absent for a requested one. */
export function retried(execution: UnderwayExecution, automaticRetry?: number): Decision {
  const phaseIds = execution.phases
    .filter(({ status }) => status === 'interrupted' || status === 'parked')
    .map(({ definition }) => definition.phaseId);
  const data = { ...idsOf(execution), phaseIds, ...(automaticRetry !== undefined && { automaticRetry }) };
  return followed(execution, [{ type: 'ExecutionRetried', data }]);
}

/** A parked phase continues with its next leg, any other with its next attempt. */
export function queued(execution: UnderwayExecution, phase: PhaseState): ExecutionEvent {
  const ids = idsOf(execution);
  const { definition, runner, checkpoint } = phase;
  const parked = phase.status === 'parked' ? phase.sessionId : undefined;
  const attempt = parked ? phase.attempt : phase.attempt + 1;

  return {
    type: 'PhaseQueued',
    data: {
      ...ids,
      phaseId: definition.phaseId,
      attempt,
      sessionId: parked ?? sessionIdOf(ids.executionId, definition.phaseId, attempt),
      leg: parked ? phase.leg + 1 : 1,
      provider: isForked(execution, phase) ? forksOf(definition.agent.provider) : definition.agent.provider,
      isolation: definition.agent.isolation,
      ...secretsOf(definition.agent),
      parkedOn: parked ? runner : undefined,
      ...(parked && checkpoint && { hasCheckpoint: true as const }),
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

/** The fields of an event about the phase's present session. */
export const inSession = (execution: UnderwayExecution, { definition, sessionId, attempt, leg }: PhaseWithSession) => ({
  ...idsOf(execution),
  phaseId: definition.phaseId,
  sessionId,
  attempt,
  leg,
});

type Stopped = Pick<ExecutionCommands['StopPhase'], 'model' | 'usage' | 'artifacts' | 'kept' | 'error'>;

export const stopped = (execution: UnderwayExecution, phase: PhaseWithSession, what: Stopped): ExecutionEvent => ({
  type: 'PhaseStopped',
  data: { ...inSession(execution, phase), ...what },
});

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
