import type { CancelExecution, PauseExecution } from '@syntropic/orchestration/contracts';
import { followed, idsOf, queued, type Decision } from './continuation';
import { refuse, running, started } from './refusals';
import { evolve, isUnderway, type WorkflowExecution } from './workflow-execution';

/** A pause is asked here and becomes a fact when every agent stands still. Asking again changes nothing. */
export function pauseExecution(execution: WorkflowExecution, { reason }: PauseExecution): Decision {
  const now = running(execution);
  if (now.asked === 'pause') return [];
  if (now.asked === 'cancel' || now.failure) throw refuse('not_running', 'it is ending');

  return followed(now, [{ type: 'ExecutionPauseRequested', data: { ...idsOf(now), reason } }]);
}

/** Also takes back a pause that has not happened yet. */
export function resumeExecution(execution: WorkflowExecution): Decision {
  const now = started(execution);
  const isAsked = now.status === 'running' && now.asked === 'pause';
  if (now.status !== 'paused' && !isAsked) throw refuse('not_paused', `it is ${now.status}`);
  if (now.asked === 'cancel') throw refuse('not_paused', 'it is being cancelled');

  const resumed = followed(now, [{ type: 'ExecutionResumed', data: idsOf(now) }]);
  return [...resumed, ...dueRetries(now, resumed)];
}

/** A back-off that ran out during the pause queued nothing: its phase is queued now. */
function dueRetries(before: WorkflowExecution, resumed: Decision): Decision {
  const after = resumed.reduce(evolve, before);
  if (!isUnderway(after)) return [];
  return after.phases.filter(({ status }) => status === 'failed').map((phase) => queued(after, phase));
}

/** Cancelling is what a user does twice when nothing seems to happen. */
export function cancelExecution(execution: WorkflowExecution, { reason }: CancelExecution): Decision {
  if (execution.status === 'cancelled') return [];
  const now = started(execution);
  if (now.asked === 'cancel') return [];

  return followed(now, [{ type: 'ExecutionCancelRequested', data: { ...idsOf(now), reason } }]);
}

export function retryExecution(execution: WorkflowExecution): Decision {
  const now = started(execution);
  if (now.status !== 'interrupted') throw refuse('not_interrupted', `it is ${now.status}`);

  const phaseIds = now.phases
    .filter(({ status }) => status === 'interrupted')
    .map(({ definition }) => definition.phaseId);
  return followed(now, [{ type: 'ExecutionRetried', data: { ...idsOf(now), phaseIds } }]);
}
