import { DomainError, type Refusal } from '@syntropic/kernel';
import {
  isUnderway,
  type PhaseState,
  type Running,
  type UnderwayExecution,
  type WorkflowExecution,
} from './workflow-execution';

type Rule =
  | 'already_started'
  | 'not_running'
  | 'not_paused'
  | 'not_interrupted'
  | 'has_ended'
  | 'pause_not_requested'
  | 'not_ending'
  | 'phase_not_queued'
  | 'phase_waits'
  | 'phase_not_running'
  | 'phase_not_awaiting_approval'
  | 'stale_session';

export const refuse = (rule: Rule, why: string): DomainError => new DomainError(`execution.${rule}`, why);

/** Refused because of the execution's state, which clients read from the details. */
export const wrongState = (rule: Rule, state: string): DomainError =>
  new DomainError(`execution.${rule}`, `it is ${state}`, 'conflict', { details: { state } });

export const invalid = (rule: string, why: string, field: string): DomainError =>
  new DomainError(`execution.${rule}`, why, 'invalid', field);

const missing = (what: string, refusal: Refusal = 'not_found') => new DomainError('execution.not_found', what, refusal);

export function started(execution: WorkflowExecution): UnderwayExecution {
  if (execution.status === 'not_started') throw missing('there is no such execution');
  if (!isUnderway(execution)) throw wrongState('has_ended', execution.status);
  return execution;
}

export function running(execution: WorkflowExecution): Running {
  const underway = started(execution);
  if (underway.status !== 'running') throw wrongState('not_running', underway.status);
  return underway;
}

/** The phase that this session works on; an earlier attempt's word no longer counts. */
export function phaseOfSession(
  { phases }: UnderwayExecution,
  { phaseId, sessionId }: Readonly<{ phaseId: string; sessionId: string }>,
): PhaseState & Required<Pick<PhaseState, 'sessionId'>> {
  const phase = phases.find(({ definition }) => definition.phaseId === phaseId);
  if (phase?.sessionId !== sessionId) throw refuse('stale_session', `${phaseId} is not run by this session`);
  return { ...phase, sessionId: phase.sessionId };
}
