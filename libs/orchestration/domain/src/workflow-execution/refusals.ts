import { refusing, type DomainError, type RuleOf } from '@syntropic/kernel';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import type { PhaseWithSession } from './phase-state';
import { isUnderway, type Running, type UnderwayExecution, type WorkflowExecution } from './workflow-execution';

export const refuse = refusing(workflowExecution);

/** Refused because of the execution's state, which clients read from the details. */
export const wrongState = (rule: RuleOf<typeof workflowExecution>, state: string): DomainError =>
  refuse(rule, `it is ${state}`, { details: { state } });

export function started(execution: WorkflowExecution): UnderwayExecution {
  if (execution.status === 'not_started') throw refuse('not_found', 'execution not found');
  if (!isUnderway(execution)) throw wrongState('has_ended', execution.status);
  return execution;
}

export function running(execution: WorkflowExecution): Running {
  const underway = started(execution);
  if (underway.status !== 'running') throw wrongState('not_running', underway.status);
  return underway;
}

/** The phase that this session works on; sessions of earlier attempts are refused. */
export function phaseOfSession(
  { phases }: UnderwayExecution,
  { phaseId, sessionId }: Readonly<{ phaseId: string; sessionId: string }>,
): PhaseWithSession {
  const phase = phases.find(({ definition }) => definition.phaseId === phaseId);
  if (phase?.sessionId !== sessionId) throw refuse('stale_session', `${phaseId} is not run by this session`);
  return { ...phase, sessionId: phase.sessionId };
}
