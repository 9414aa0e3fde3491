import { event } from '@syntropic/kernel/testing';
import {
  account,
  begun,
  building,
  events,
  from,
  given,
  ids,
  pausedBeforePhase,
  planning,
  planningAgain,
  queued,
  started,
  sums,
} from '../testing/facts';
import { approvePhase, completePhase, failPhase, rejectPhase, requeuePhase } from './phases';

const { phaseId } = planning;
const stale = from(planningAgain);
const patience = { retries: { max: 1, backoffSeconds: 5 } };
const awaited = { executionType: 'human_in_loop' } as const;
const running = (options: Parameters<typeof started>[0] = {}) =>
  [started(options), queued(planning), begun(planning)] as const;

const completed = event(events.PhaseCompleted, { ...planning, ...account });
const awaiting = event(events.PhaseAwaitingApproval, { ...planning, ...account });
const fault = { error: 'exit 1', errorType: 'agent_failed' };
const rejection = { error: 'too short', errorType: 'rejected' };
const failedWith = (why: typeof fault, retryInSeconds?: number) =>
  event(events.PhaseFailed, { ...planning, ...account, ...why, retryInSeconds });
const endedWith = (why: typeof fault) => event(events.ExecutionFailed, { ...ids, phaseId, ...sums.one, ...why });
const cancelRequested = event(events.ExecutionCancelRequested, ids);
const cancelled = event(events.ExecutionCancelled, { ...ids, ...sums.one });

describe('CompletePhase', () => {
  const command = { ...from(planning), ...account };

  it('queues the next phase, and completes the execution after the last one', () => {
    given(...running())
      .when(completePhase, command)
      .then(completed, queued(building));
    const { usage } = sums.none;
    given(...running(), completed, queued(building), begun(building))
      .when(completePhase, { ...from(building), usage, artifacts: [] })
      .then(
        event(events.PhaseCompleted, { ...building, usage, artifacts: [] }),
        event(events.ExecutionCompleted, { ...ids, ...sums.one, completedPhases: 2 }),
      );
  });

  it('waits for a person where the phase says so', () => {
    given(...running(awaited))
      .when(completePhase, command)
      .then(awaiting);
  });

  it('is refused unless this session runs', () => {
    given().when(completePhase, command).thenRefused('execution.not_found');
    given(started(), queued(planning)).when(completePhase, command).thenRefused('execution.phase_not_running');
    given(...running())
      .when(completePhase, { ...command, ...stale })
      .thenRefused('execution.stale_session');
  });
});

describe('FailPhase', () => {
  const command = { ...from(planning), ...account, ...fault };

  it('fails the execution, or waits for the back-off of the next attempt', () => {
    given(...running())
      .when(failPhase, command)
      .then(failedWith(fault), endedWith(fault));
    given(...running(patience))
      .when(failPhase, command)
      .then(failedWith(fault, 5));
  });

  it('keeps the error where the execution is being cancelled', () => {
    given(...running(patience), cancelRequested)
      .when(failPhase, command)
      .then(event(events.PhaseStopped, { ...planning, ...account, error: fault.error }), cancelled);
  });

  it('is refused unless this session has an agent', () => {
    given(...running(), failedWith(fault), endedWith(fault))
      .when(failPhase, command)
      .thenRefused('execution.has_ended');
    given(...running(patience), failedWith(fault, 5))
      .when(failPhase, command)
      .thenRefused('execution.phase_not_running');
    given(...running())
      .when(failPhase, { ...command, ...stale })
      .thenRefused('execution.stale_session');
  });
});

describe('RequeuePhase', () => {
  const command = { executionId: ids.executionId, phaseId, attempt: 2 };
  const failed = [...running(patience), failedWith(fault, 5)] as const;

  it('queues the next attempt as a session of its own', () => {
    given(...failed)
      .when(requeuePhase, command)
      .then(queued(planningAgain));
  });

  it('only marks the attempt as due during a pause', () => {
    const pauseRequested = event(events.ExecutionPauseRequested, ids);
    given(...failed, pauseRequested, pausedBeforePhase)
      .when(requeuePhase, command)
      .then(event(events.PhaseRetryDue, { ...ids, phaseId, attempt: 2 }));
  });

  it('changes nothing for another attempt, or in an execution that ends', () => {
    given(...failed)
      .when(requeuePhase, { ...command, attempt: 3 })
      .thenNothing();
    given(...failed, queued(planningAgain))
      .when(requeuePhase, command)
      .thenNothing();
    given(...failed, cancelRequested)
      .when(requeuePhase, command)
      .thenNothing();
    given().when(requeuePhase, command).thenRefused('execution.not_found');
  });
});

describe('ApprovePhase and RejectPhase', () => {
  const command = { executionId: ids.executionId, phaseId };
  const { model: _, ...unnamed } = account;
  const rejected = (retryInSeconds?: number) =>
    event(events.PhaseFailed, { ...planning, ...unnamed, ...rejection, retryInSeconds });

  it('complete the phase', () => {
    given(...running(awaited), awaiting)
      .when(approvePhase, command)
      .then(event(events.PhaseCompleted, { ...planning, ...unnamed }), queued(building));
  });

  it('fail it with the reason, or try it again', () => {
    given(...running(awaited), awaiting)
      .when(rejectPhase, { ...command, reason: 'too short' })
      .then(rejected(), endedWith(rejection));
    given(...running({ ...awaited, ...patience }), awaiting)
      .when(rejectPhase, { ...command, reason: 'too short' })
      .then(rejected(5));
  });

  it.each([approvePhase, rejectPhase])('are refused while the phase does not wait', (decide) => {
    given(...running(awaited))
      .when(decide, command)
      .thenRefused('execution.phase_not_awaiting_approval');
    given().when(decide, command).thenRefused('execution.not_found');
  });
});
