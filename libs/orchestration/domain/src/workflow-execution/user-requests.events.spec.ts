import { UNKNOWN_USAGE } from '@syntropic/kernel';
import { event } from '@syntropic/kernel/testing';
import {
  account,
  begun,
  building,
  buildingAgain,
  events,
  given,
  held,
  ids,
  interrupted,
  paused,
  pausedBeforePhase,
  planning,
  planningAgain,
  queued,
  resumed,
  started,
  sums,
  usage,
} from '../testing/facts';
import { cancelExecution, pauseExecution, resumeExecution, retryExecution } from './user-requests';

const command = { executionId: ids.executionId, reason: 'lunch' };
const pauseRequested = event(events.ExecutionPauseRequested, { ...ids, reason: 'lunch' });
const cancelRequested = event(events.ExecutionCancelRequested, { ...ids, reason: 'lunch' });
const cancelled = event(events.ExecutionCancelled, { ...ids, ...sums.none, reason: 'lunch' });
const stopped = event(events.PhaseStopped, { ...planning, usage: sums.none.usage, artifacts: [] });
const completed = event(events.PhaseCompleted, { ...planning, ...account });
const failed = event(events.ExecutionFailed, {
  ...ids,
  phaseId: planning.phaseId,
  ...sums.one,
  error: 'exit 1',
  errorType: 'agent_failed',
});
const queuedOnly = [started(), queued(planning)] as const;
const running = [...queuedOnly, begun(planning)] as const;

describe('PauseExecution', () => {
  it('is a request while an agent runs, and a fact at once while none does', () => {
    given(...running)
      .when(pauseExecution, command)
      .then(pauseRequested);
    given(...queuedOnly)
      .when(pauseExecution, command)
      .then(pauseRequested, pausedBeforePhase);
  });

  it('changes nothing the second time', () => {
    given(...running, pauseRequested)
      .when(pauseExecution, command)
      .thenNothing();
  });

  it('is refused without a running execution', () => {
    given().when(pauseExecution, command).thenRefused('execution.not_found');
    given(...queuedOnly, pauseRequested, pausedBeforePhase)
      .when(pauseExecution, command)
      .thenRefused('execution.not_running');
    given(...running, cancelRequested)
      .when(pauseExecution, command)
      .thenRefused('execution.not_running');
    given(...running, failed)
      .when(pauseExecution, command)
      .thenRefused('execution.has_ended');
  });
});

describe('ResumeExecution', () => {
  it('goes on with held agents, and queues what the pause has kept back', () => {
    given(...running, pauseRequested, held, paused)
      .when(resumeExecution)
      .then(resumed);
    given(...running, pauseRequested, completed, pausedBeforePhase)
      .when(resumeExecution)
      .then(resumed, queued(building));
  });

  it('withdraws a pause that was only requested', () => {
    given(...running, pauseRequested)
      .when(resumeExecution)
      .then(resumed);
  });

  it('is refused without a pause', () => {
    given().when(resumeExecution).thenRefused('execution.not_found');
    given(...running)
      .when(resumeExecution)
      .thenRefused('execution.not_paused');
    given(...queuedOnly, pauseRequested, pausedBeforePhase, cancelRequested)
      .when(resumeExecution)
      .thenRefused('execution.not_paused');
    given(...running, cancelRequested, stopped, cancelled)
      .when(resumeExecution)
      .thenRefused('execution.has_ended');
  });
});

describe('CancelExecution', () => {
  it('is a request while an agent runs, and ends an execution without one', () => {
    given(...running)
      .when(cancelExecution, command)
      .then(cancelRequested);
    given(...queuedOnly)
      .when(cancelExecution, command)
      .then(cancelRequested, stopped, cancelled);
    given(...running, interrupted)
      .when(cancelExecution, command)
      .then(
        cancelRequested,
        event(events.ExecutionCancelled, { ...ids, ...sums.none, usage: UNKNOWN_USAGE, reason: 'lunch' }),
      );
  });

  it('changes nothing the second time, and after it has happened', () => {
    given(...running, cancelRequested)
      .when(cancelExecution, command)
      .thenNothing();
    given(...queuedOnly, cancelRequested, stopped, cancelled)
      .when(cancelExecution, command)
      .thenNothing();
  });

  it('is refused before the start and after another end', () => {
    given().when(cancelExecution, command).thenRefused('execution.not_found');
    given(...running, failed)
      .when(cancelExecution, command)
      .thenRefused('execution.has_ended');
  });
});

describe('RetryExecution', () => {
  it('queues the interrupted phase as the next attempt', () => {
    given(...running, interrupted)
      .when(retryExecution)
      .then(event(events.ExecutionRetried, { ...ids, phaseIds: [planning.phaseId] }), queued(planningAgain));
  });

  it('leaves completed phases as they are', () => {
    const data = { ...building, ...sums.one, usage, completedPhases: 1, why: 'lease_lost', sessions: [] } as const;
    given(...running, completed, queued(building), event(events.ExecutionInterrupted, data))
      .when(retryExecution)
      .then(event(events.ExecutionRetried, { ...ids, phaseIds: [building.phaseId] }), queued(buildingAgain));
  });

  it('is refused unless the execution is interrupted', () => {
    given().when(retryExecution).thenRefused('execution.not_found');
    given(...running)
      .when(retryExecution)
      .thenRefused('execution.not_interrupted');
    given(...running, failed)
      .when(retryExecution)
      .thenRefused('execution.has_ended');
  });
});
