import type { ExecutionId } from '@syntropic/kernel';
import { MAX_LIMIT_SECONDS, workflowExecution } from '@syntropic/orchestration/contracts';
import { process, startTimer, stopTimer } from '@syntropic/processes';

const { ResumeAfterLimit } = workflowExecution.commands;

/** Resumes executions that were paused until a limit of a provider of models resets. */
export const resumeLimited = process(workflowExecution)({
  name: 'resume-limited',
  on: {
    ExecutionPauseRequested: ({ data: { executionId, until }, recordedAt }) =>
      until === undefined
        ? [stopTimer(timerOf(executionId))]
        : [startTimer(timerOf(executionId), secondsUntil(until, recordedAt), ResumeAfterLimit, { executionId, until })],

    ExecutionResumed: ({ data: { executionId } }) => [stopTimer(timerOf(executionId))],
    ExecutionInterruptRequested: ({ data: { executionId } }) => [stopTimer(timerOf(executionId))],
    ExecutionCancelRequested: ({ data: { executionId } }) => [stopTimer(timerOf(executionId))],
  },
});

const timerOf = (executionId: ExecutionId) => `limit/${executionId}`;

/** The spread of resumptions may exceed the longest wait by a little. */
const LONGEST_SECONDS = MAX_LIMIT_SECONDS + 60;

/** Bounded, because the clock of another machine may differ from the database's. */
const secondsUntil = (until: string, from: string): number =>
  Math.min(Math.max((Date.parse(until) - Date.parse(from)) / 1_000, 0), LONGEST_SECONDS);
