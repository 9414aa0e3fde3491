import { agentSession, type SessionEvents } from '@syntropic/agent-sessions/contracts';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import { process, send, startTimer } from '@syntropic/processes';
import { closeWork, control, enqueue } from '@syntropic/work';

const { CompletePhase, FailPhase, RequeuePhase, StopPhase } = workflowExecution.commands;

/** Enqueues work for queued phases, ends a phase when its session ends, and passes pause, resume and cancel on to the work queue. */
export const runPhases = process(
  workflowExecution,
  agentSession,
)({
  name: 'run-phases',
  on: {
    PhaseQueued: ({ data: { isolation, ...queued } }) => [enqueue({ ...queued, backend: isolation })],

    SessionCompleted: ({ data }) => [settled(data)],

    PhaseFailed: ({ data: { executionId, phaseId, attempt, retryInSeconds } }) =>
      retryInSeconds === undefined
        ? [control(executionId, 'cancel')]
        : [
            startTimer(`retry/${executionId}/${phaseId}`, retryInSeconds, RequeuePhase, {
              executionId,
              phaseId,
              attempt: attempt + 1,
            }),
          ],

    ExecutionPauseRequested: ({ data: { executionId } }) => [control(executionId, 'pause')],
    ExecutionResumed: ({ data: { executionId } }) => [control(executionId, 'run')],
    ExecutionCancelRequested: ({ data: { executionId } }) => [control(executionId, 'cancel')],

    ExecutionInterrupted: ({ data: { executionId } }) => [closeWork(executionId)],
    ExecutionCompleted: ({ data: { executionId } }) => [closeWork(executionId)],
    ExecutionFailed: ({ data: { executionId } }) => [closeWork(executionId)],
    ExecutionCancelled: ({ data: { executionId } }) => [closeWork(executionId)],
  },
});

function settled({
  executionId,
  phaseId,
  sessionId,
  status,
  usage,
  artifacts,
  ...how
}: SessionEvents['SessionCompleted']['data']) {
  const what = { executionId, phaseId, sessionId, usage, artifacts };
  switch (status) {
    case 'completed':
      return send(CompletePhase, what);
    case 'cancelled':
      return send(StopPhase, what);
    case 'failed': {
      const { error = 'the agent failed', errorType = 'agent_failed' } = how;
      return send(FailPhase, { ...what, error, errorType });
    }
  }
}
