import { derivedUuid, SessionId, type ExecutionId } from '@syntropic/kernel';
import type { WorkflowExecutionEvent, YieldPoint } from '@syntropic/orchestration/contracts';
import {
  evolve,
  isActive,
  isLive,
  isUnderway,
  type PhaseState,
  type UnderwayExecution,
  type WorkflowExecution,
} from './workflow-execution';

export type Decision = readonly WorkflowExecutionEvent[];

/** These facts, and what follows from them: the next phases, the pause that was waited for, or the end. */
export function followed(execution: WorkflowExecution, facts: Decision, yieldPoint?: YieldPoint): Decision {
  const after = facts.reduce(evolve, execution);
  return isUnderway(after) ? [...facts, ...whatFollows(after, yieldPoint)] : facts;
}

function whatFollows(execution: UnderwayExecution, yieldPoint: YieldPoint = 'before_phase'): Decision {
  const { phases, status } = execution;
  const ids = idsOf(execution);
  if (execution.asked === 'cancel') return phases.some(isLive) ? [] : cancelled(execution);
  if (status !== 'running') return [];
  if (execution.failure) {
    const { phase, error, errorType } = execution.failure;
    const data = { ...ids, ...summaryOf(execution), phaseId: phase.definition.phaseId, error, errorType };
    return phases.some(isLive) ? [] : [{ type: 'ExecutionFailed', data }];
  }
  if (phases.every((phase) => phase.status === 'completed')) {
    return [{ type: 'ExecutionCompleted', data: { ...ids, ...summaryOf(execution) } }];
  }
  if (execution.asked === 'pause') {
    const phaseId = phases.find(isLive)?.definition.phaseId;
    return phases.some((phase) => phase.status === 'running')
      ? []
      : [{ type: 'ExecutionPaused', data: { ...ids, yieldPoint, phaseId } }];
  }
  return nextPhases(phases).map((phase) => queued(execution, phase));
}

/** Nobody runs anything any more: what was parked is given up, and the execution ends. */
function cancelled(execution: UnderwayExecution): Decision {
  const ids = idsOf(execution);
  const givenUp = execution.phases.flatMap(
    ({ status, definition: { phaseId }, sessionId, attempt, leg, usage }): Decision => {
      if (status !== 'parked' || !sessionId) return [];
      return [{ type: 'PhaseStopped', data: { ...ids, phaseId, sessionId, attempt, leg, usage, artifacts: [] } }];
    },
  );
  const after = givenUp.reduce(evolve, execution);
  const summary = summaryOf(isUnderway(after) ? after : execution);
  return [...givenUp, { type: 'ExecutionCancelled', data: { ...ids, ...summary, reason: execution.reason } }];
}

/** What can be queued now: parked phases go on, and the next group begins once nothing of the one before is open. */
function nextPhases(phases: readonly PhaseState[]): readonly PhaseState[] {
  const parked = phases.filter(({ status }) => status === 'parked');
  const isOpen = phases.some(
    (phase) => isActive(phase) || phase.status === 'awaiting_approval' || phase.status === 'failed',
  );
  if (isOpen) return parked;

  const upcoming = phases.filter(({ status }) => status === 'pending' || status === 'interrupted');
  const inParallel = ({ definition }: PhaseState) => definition.executionType === 'parallel';
  const end = upcoming.findIndex((phase) => !inParallel(phase));
  const group = end < 0 ? upcoming : upcoming.slice(0, end);
  return group.length > 0 ? group : upcoming.slice(0, 1);
}

/** A parked phase goes on with its next leg, any other with its next attempt. */
export function queued(execution: UnderwayExecution, phase: PhaseState): WorkflowExecutionEvent {
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
      provider: definition.agent.provider,
      isolation: definition.agent.isolation,
      parkedOn: goesOn ? runner : undefined,
    },
  };
}

/** Each attempt of a phase is one session, whoever asks. */
const sessionIdOf = (executionId: ExecutionId, phaseId: string, attempt: number): SessionId =>
  SessionId.parse(derivedUuid('5e551040-0000-5000-8000-000000000000', executionId, phaseId, attempt));

export const idsOf = ({ started: { executionId, workflowId } }: UnderwayExecution) => ({ executionId, workflowId });

export const summaryOf = ({ phases, usage }: UnderwayExecution) => ({
  usage,
  completedPhases: phases.filter(({ status }) => status === 'completed').length,
  totalPhases: phases.length,
  artifactIds: phases.flatMap(({ artifacts }) => artifacts.map(({ artifactId }) => artifactId)),
});
