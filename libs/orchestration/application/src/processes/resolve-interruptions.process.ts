import type { ExecutionId } from '@syntropic/kernel';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import { process, send, startTimer, stopTimer } from '@syntropic/processes';

const { CancelExecution, RetryInterruption } = workflowExecution.commands;

/** Retries interrupted executions after their back-off, and ends those of which a rerun was made. */
export const resolveInterruptions = process(workflowExecution)({
  name: 'resolve-interruptions',
  on: {
    ExecutionInterrupted: ({ data: { executionId, sessionId, retryInSeconds } }) =>
      retryInSeconds === undefined
        ? []
        : [startTimer(timerOf(executionId), retryInSeconds, RetryInterruption, { executionId, sessionId })],

    ExecutionRetried: ({ data: { executionId } }) => [stopTimer(timerOf(executionId))],
    ExecutionCancelled: ({ data: { executionId } }) => [stopTimer(timerOf(executionId))],

    // Two executions would otherwise do the same work once the source is retried.
    ExecutionStarted: ({ data: { executionId, rerunOf } }) =>
      rerunOf?.status === 'interrupted'
        ? [send(CancelExecution, { executionId: rerunOf.executionId, reason: `rerun as ${executionId}` })]
        : [],
  },
});

const timerOf = (executionId: ExecutionId) => `interruption/${executionId}`;
