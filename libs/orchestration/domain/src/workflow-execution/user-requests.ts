import type { ExecutionCommands } from '@syntropic/orchestration/contracts';
import { refuseExceeded } from './budget';
import { followed, idsOf, retried, type Decision } from './continuation';
import { started, wrongState } from './refusals';
import { isEnding, isLimited, type WorkflowExecution } from './workflow-execution';

/** Requests a pause, which becomes a fact when every agent is frozen. It replaces one until a limit resets; a repeated request changes nothing. */
export function pauseExecution(
  execution: WorkflowExecution,
  { reason }: ExecutionCommands['PauseExecution'],
): Decision {
  const now = started(execution);
  if (now.status !== 'running' && !isLimited(now)) throw wrongState('not_running', now.status);
  if (now.requested === 'pause' && !isLimited(now)) return [];
  if (isEnding(now)) throw wrongState('not_running', 'ending');
  if (now.requested === 'interrupt') throw wrongState('not_running', 'interrupting');

  return followed(now, [{ type: 'ExecutionPauseRequested', data: { ...idsOf(now), reason } }]);
}

/** Also withdraws a requested pause. Refused while a limit of the budget is reached. */
export function resumeExecution(execution: WorkflowExecution): Decision {
  const now = started(execution);
  const isRequested = now.status === 'running' && now.requested === 'pause';
  if (now.status !== 'paused' && !isRequested) throw wrongState('not_paused', now.status);
  if (isEnding(now)) throw wrongState('not_paused', 'ending');
  refuseExceeded(now);

  return followed(now, [{ type: 'ExecutionResumed', data: idsOf(now) }]);
}

/** A repeated cancellation changes nothing: users repeat it while agents are still being stopped. */
export function cancelExecution(
  execution: WorkflowExecution,
  { reason }: ExecutionCommands['CancelExecution'],
): Decision {
  if (execution.status === 'cancelled') return [];
  const now = started(execution);
  if (now.requested === 'cancel') return [];

  return followed(now, [{ type: 'ExecutionCancelRequested', data: { ...idsOf(now), reason } }]);
}

export function retryExecution(execution: WorkflowExecution): Decision {
  const now = started(execution);
  if (now.status !== 'interrupted') throw wrongState('not_interrupted', now.status);
  refuseExceeded(now);
  return retried(now);
}
