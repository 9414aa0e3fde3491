import { UNKNOWN_USAGE } from '@syntropic/kernel';
import { event } from '@syntropic/kernel/testing';
import {
  account,
  begun,
  building,
  buildingAgain,
  events,
  from,
  given,
  ids,
  planning,
  queued,
  RUNNER,
  secondLegOf,
  started,
  sums,
  usage,
} from '../testing/facts';
import { interruptExecution, interruptPhase } from './interruptions';
import { completePhase, holdPhase, parkPhase, startPhase } from './phases';
import { cancelExecution, pauseExecution, resumeExecution, retryExecution } from './user-requests';

const command = { executionId: ids.executionId, reason: 'wrong branch' };
const requested = event(events.ExecutionInterruptRequested, { ...ids, reason: 'wrong branch' });
const pauseRequested = event(events.ExecutionPauseRequested, { ...ids, reason: 'lunch' });
const cancelRequested = event(events.ExecutionCancelRequested, { ...ids, reason: 'lunch' });
const parkCommand = (session: typeof planning) =>
  ({ ...from(session), runner: RUNNER, why: 'requested', usage }) as const;
const parked = (session: Parameters<typeof queued>[0]) =>
  event(events.PhaseParked, { ...session, runner: RUNNER, why: 'requested', usage });
const legOf = ({ sessionId, leg }: Readonly<{ sessionId: string; leg: number }>) => ({ sessionId, leg });
const why = { why: 'requested', reason: 'wrong branch' } as const;
const nextAttemptOf = (session: Parameters<typeof queued>[0]) => ({ ...secondLegOf(session), attempt: 2 });

/** Nothing ends with the interruption. */
const interrupted = event(events.ExecutionInterrupted, {
  ...planning,
  ...sums.none,
  ...why,
  sessions: [],
  parked: [legOf(planning)],
});
const queuedOnly = [started(), queued(planning)] as const;
const running = [...queuedOnly, begun(planning)] as const;
const inParallel = { executionType: 'parallel' } as const;
const both = [
  started(inParallel, inParallel),
  ...[queued(planning), queued(building), begun(planning), begun(building)],
] as const;

describe('InterruptExecution', () => {
  it('is a request while an agent runs, and a fact when its workspace is parked', () => {
    given(...running)
      .when(interruptExecution, command)
      .then(requested);
    given(...running, requested)
      .when(parkPhase, parkCommand(planning))
      .then(parked(planning), interrupted);
  });

  it('is a fact at once for a phase that has not begun, which begins anew', () => {
    const never = event(events.ExecutionInterrupted, {
      ...planning,
      ...sums.none,
      ...why,
      sessions: [legOf(planning)],
    });
    given(...queuedOnly)
      .when(interruptExecution, command)
      .then(requested, never);
  });

  it('keeps the workspace of a phase that waits for its next leg', () => {
    const waiting = [...running, pauseRequested, parked(planning)] as const;
    const leg2 = secondLegOf(planning);
    const paused = event(events.ExecutionPaused, { ...ids, yieldPoint: 'before_phase' });
    const resumed = event(events.ExecutionResumed, ids);
    const data = { ...leg2, ...sums.none, ...why, sessions: [], parked: [legOf(leg2)] };
    given(...waiting, paused, resumed, queued(leg2, RUNNER))
      .when(interruptExecution, command)
      .then(requested, event(events.ExecutionInterrupted, data));
  });

  it('waits for all agents, and replaces a requested pause', () => {
    given(...both, pauseRequested)
      .when(interruptExecution, command)
      .then(requested);
    given(...both, requested)
      .when(parkPhase, parkCommand(planning))
      .then(parked(planning));
    given(...both, requested)
      .when(holdPhase, { ...from(planning), yieldPoint: 'after_tool' })
      .thenRefused('execution.pause_not_requested');
  });

  it('comes after what an agent had finished meanwhile, and starts no further phase', () => {
    const completed = event(events.PhaseCompleted, { ...planning, ...account });
    const nothingParked = { ...planning, ...sums.one, completedPhases: 1, ...why, sessions: [] };
    given(...running, requested)
      .when(completePhase, { ...from(planning), ...account })
      .then(completed, event(events.ExecutionInterrupted, nothingParked));
  });

  it('changes nothing the second time', () => {
    given(...running, requested)
      .when(interruptExecution, command)
      .thenNothing();
  });

  it('is refused unless the execution is running, and lets only a cancellation replace it', () => {
    given().when(interruptExecution, command).thenRefused('execution.not_found');
    given(...running, requested, parked(planning), interrupted)
      .when(interruptExecution, command)
      .thenRefused('execution.not_running');
    given(...running, cancelRequested)
      .when(interruptExecution, command)
      .thenRefused('execution.not_running');
    given(...running, requested)
      .when(pauseExecution, command)
      .thenRefused('execution.not_running');
    given(...running, requested)
      .when(resumeExecution)
      .thenRefused('execution.not_paused');
    given(...queuedOnly, requested)
      .when(startPhase, { ...from(planning), runner: RUNNER, leg: 1 })
      .thenRefused('execution.not_running');
    given(...running, requested)
      .when(cancelExecution, { ...command, reason: 'lunch' })
      .then(cancelRequested);
  });
});

describe('RetryExecution, of an interruption that parked workspaces', () => {
  it('goes on in the same session with its next leg, as the next attempt', () => {
    given(...running, requested, parked(planning), interrupted)
      .when(retryExecution)
      .then(
        event(events.ExecutionRetried, { ...ids, phaseIds: [planning.phaseId] }),
        queued(nextAttemptOf(planning), RUNNER),
      );
  });

  it('begins the attempt after that in a session of its own, when that one is lost', () => {
    const retried = event(events.ExecutionRetried, { ...ids, phaseIds: [planning.phaseId] });
    const again = nextAttemptOf(planning);
    const lost = { ...again, ...sums.none, why: 'lease_lost' as const, sessions: [legOf(again)] };
    given(...running, requested, parked(planning), interrupted, retried, queued(again, RUNNER), begun(again))
      .when(interruptPhase, { ...from(again), why: 'lease_lost' })
      .then(event(events.ExecutionInterrupted, lost));
  });

  it('goes on with those that were parked, and begins anew those whose runner was lost meanwhile', () => {
    const lost = event(events.ExecutionInterrupted, {
      ...building,
      ...sums.none,
      why: 'lease_lost',
      sessions: [legOf(building)],
      parked: [legOf(planning)],
    });
    given(...both, requested, parked(planning))
      .when(interruptPhase, { ...from(building), why: 'lease_lost' })
      .then(lost);
    given(...both, requested, parked(planning), lost)
      .when(retryExecution)
      .then(
        event(events.ExecutionRetried, { ...ids, phaseIds: [planning.phaseId, building.phaseId] }),
        queued(nextAttemptOf(planning), RUNNER),
        queued(buildingAgain),
      );
  });
});

describe('CancelExecution, of an interruption that parked workspaces', () => {
  it('counts what their sessions have used', () => {
    const stopped = event(events.PhaseStopped, { ...planning, usage, artifacts: [] });
    given(...running, requested, parked(planning), interrupted)
      .when(cancelExecution, { ...command, reason: 'lunch' })
      .then(
        cancelRequested,
        stopped,
        event(events.ExecutionCancelled, { ...ids, ...sums.none, usage, reason: 'lunch' }),
      );
  });

  it('leaves the usage of lost ones unknown', () => {
    const lost = { ...planning, ...sums.none, why: 'lease_lost' as const, sessions: [legOf(planning)] };
    given(...running, event(events.ExecutionInterrupted, lost))
      .when(cancelExecution, { ...command, reason: 'lunch' })
      .then(
        cancelRequested,
        event(events.ExecutionCancelled, { ...ids, ...sums.none, usage: UNKNOWN_USAGE, reason: 'lunch' }),
      );
  });
});
