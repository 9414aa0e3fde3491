import type { Reservation } from '@syntropic/kernel';
import { runningScope, type ExecutionEvent } from '@syntropic/orchestration/contracts';

/** An execution that has not ended is claimed in its workflow's scope, so that archiving can demand that the scope is empty. */
export function reserves({ type, data: { workflowId, executionId } }: ExecutionEvent): readonly Reservation[] {
  const reservation = { scope: runningScope(workflowId), key: executionId };
  if (type === 'ExecutionStarted') return [{ claim: reservation }];
  const hasEnded = type === 'ExecutionCompleted' || type === 'ExecutionFailed' || type === 'ExecutionCancelled';
  return hasEnded ? [{ release: reservation }] : [];
}
