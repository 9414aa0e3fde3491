import type { ExecutionCommands } from '@syntropic/orchestration/contracts';
import { followed, idsOf, type Decision } from './continuation';
import { running, started, wrongState } from './refusals';
import { isEnding, type WorkflowExecution } from './workflow-execution';

/** A pause is asked here and becomes a fact when every agent stands still. Asking again changes nothing. */
export function pauseExecution(
  execution: WorkflowExecution,
  { reason }: ExecutionCommands['PauseExecution'],
): Decision {
  const now = running(execution);
  if (now.asked === 'pause') return [];
  if (isEnding(now)) throw wrongState('not_running', 'ending');

  return followed(now, [{ type: 'ExecutionPauseRequested', data: { ...idsOf(now), reason } }]);
}

/** Also takes back a pause that has not happened yet. */
export function resumeExecution(execution: WorkflowExecution): Decision {
  const now = started(execution);
  const isAsked = now.status === 'running' && now.asked === 'pause';
  if (now.status !== 'paused' && !isAsked) throw wrongState('not_paused', now.status);
  if (isEnding(now)) throw wrongState('not_paused', 'ending');

  return followed(now, [{ type: 'ExecutionResumed', data: idsOf(now) }]);
}

/** Cancelling is what a user does twice when nothing seems to happen. */
export function cancelExecution(
  execution: WorkflowExecution,
  { reason }: ExecutionCommands['CancelExecution'],
): Decision {
  if (execution.status === 'cancelled') return [];
  const now = started(execution);
  if (now.asked === 'cancel') return [];

  return followed(now, [{ type: 'ExecutionCancelRequested', data: { ...idsOf(now), reason } }]);
}

export function retryExecution(execution: WorkflowExecution): Decision {
  const now = started(execution);
  if (now.status !== 'interrupted') throw wrongState('not_interrupted', now.status);

  const phaseIds = now.phases
    .filter(({ status }) => status === 'interrupted')
    .map(({ definition }) => definition.phaseId);
  return followed(now, [{ type: 'ExecutionRetried', data: { ...idsOf(now), phaseIds } }]);
}
