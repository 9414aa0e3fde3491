import { UNKNOWN_USAGE } from '@syntropic/kernel';
import { event } from '@syntropic/kernel/testing';
import {
  account,
  begun,
  building,
  events,
  from,
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
  RUNNER,
  secondLegOf,
  started,
  sums,
  usage,
} from '../testing/facts';
import { interruptPhase } from './interruptions';
import { holdPhase, parkPhase, resumePhase, startPhase, stopPhase } from './phases';

const pauseRequested = event(events.ExecutionPauseRequested, ids);
const cancelRequested = event(events.ExecutionCancelRequested, { ...ids, reason: 'enough' });
const cancelled = event(events.ExecutionCancelled, { ...ids, ...sums.one, reason: 'enough' });
const parked = event(events.PhaseParked, { ...planning, runner: RUNNER, why: 'slot_needed', usage });
const stopped = event(events.PhaseStopped, { ...planning, ...account });

const waiting = [started(), queued(planning)] as const;
const running = [...waiting, begun(planning)] as const;
const stale = from(planningAgain);

describe('StartPhase', () => {
  const command = { ...from(planning), runner: RUNNER, leg: 1 };

  it('says what runs where', () => {
    given(...waiting)
      .when(startPhase, command)
      .then(begun(planning));
  });

  it('begins the next leg of a parked session', () => {
    const next = secondLegOf(planning);
    given(...running, pauseRequested, held, paused, parked, resumed, queued(next, RUNNER))
      .when(startPhase, { ...command, leg: 2 })
      .then(begun(next));
  });

  it('is refused unless this leg of this session waits for a runner', () => {
    given().when(startPhase, command).thenRefused('execution.not_found');
    given(...waiting)
      .when(startPhase, { ...command, ...stale })
      .thenRefused('execution.stale_session');
    given(...waiting)
      .when(startPhase, { ...command, leg: 2 })
      .thenRefused('execution.phase_not_queued');
    given(...running)
      .when(startPhase, command)
      .thenRefused('execution.phase_not_queued');
    given(...waiting, cancelRequested)
      .when(startPhase, command)
      .thenRefused('execution.not_running');
  });
});

describe('HoldPhase', () => {
  const command = { ...from(planning), yieldPoint: 'after_tool' } as const;

  it('is a fact, and with the last running agent the pause is one', () => {
    given(...running, pauseRequested)
      .when(holdPhase, command)
      .then(held, paused);
    const parallel = { executionType: 'parallel' } as const;
    const both = [started(parallel, parallel), queued(planning), queued(building), begun(planning), begun(building)];
    given(...both, pauseRequested)
      .when(holdPhase, command)
      .then(held);
  });

  it('changes nothing the second time', () => {
    given(...running, pauseRequested, held, paused)
      .when(holdPhase, command)
      .thenNothing();
  });

  it('is refused without a requested pause, a running agent or the session', () => {
    given(...running)
      .when(holdPhase, command)
      .thenRefused('execution.pause_not_requested');
    given(...waiting, pauseRequested)
      .when(holdPhase, command)
      .thenRefused('execution.phase_not_running');
    given(...running, pauseRequested)
      .when(holdPhase, { ...command, ...stale })
      .thenRefused('execution.stale_session');
  });
});

describe('ResumePhase', () => {
  const command = from(planning);
  const resumedPhase = event(events.PhaseResumed, planning);
  const thawed = [...running, pauseRequested, held, paused, resumed] as const;

  it('is a fact once for each resume of a held agent', () => {
    given(...thawed)
      .when(resumePhase, command)
      .then(resumedPhase);
    given(...thawed, resumedPhase)
      .when(resumePhase, command)
      .thenNothing();
  });

  it('changes nothing for an agent that was not held, is held again, or was parked', () => {
    given(...running, pauseRequested, resumed)
      .when(resumePhase, command)
      .thenNothing();
    given(...thawed, pauseRequested, held, paused)
      .when(resumePhase, command)
      .thenNothing();
    given(...thawed, parked, queued(secondLegOf(planning), RUNNER))
      .when(resumePhase, command)
      .thenNothing();
  });

  it('is refused for another session, and when the execution has ended', () => {
    given(...thawed)
      .when(resumePhase, { ...command, ...stale })
      .thenRefused('execution.stale_session');
    given(...thawed, cancelRequested, stopped, cancelled)
      .when(resumePhase, command)
      .thenRefused('execution.has_ended');
  });
});

describe('ParkPhase', () => {
  const command = { ...from(planning), runner: RUNNER, why: 'slot_needed', usage } as const;
  const frozen = [...running, pauseRequested, held, paused] as const;

  it('keeps what was used and where the workspace is', () => {
    given(...frozen)
      .when(parkPhase, command)
      .then(parked);
  });

  it('goes on with the next leg after a resume', () => {
    given(...frozen, resumed)
      .when(parkPhase, command)
      .then(parked, queued(secondLegOf(planning), RUNNER));
  });

  it('ends the phase of an execution that is being cancelled', () => {
    given(...frozen, cancelRequested)
      .when(parkPhase, command)
      .then(
        event(events.PhaseStopped, { ...planning, usage, artifacts: [] }),
        event(events.ExecutionCancelled, { ...ids, ...sums.none, usage, reason: 'enough' }),
      );
  });

  it('changes nothing the second time, and is refused without an agent or the session', () => {
    given(...frozen, parked)
      .when(parkPhase, command)
      .thenNothing();
    given(...waiting)
      .when(parkPhase, command)
      .thenRefused('execution.phase_not_running');
    given(...running)
      .when(parkPhase, { ...command, ...stale })
      .thenRefused('execution.stale_session');
  });
});

describe('StopPhase', () => {
  const command = { ...from(planning), ...account };

  it('ends an execution that is being cancelled', () => {
    given(...running, cancelRequested)
      .when(stopPhase, command)
      .then(stopped, cancelled);
  });

  it('keeps what was wrong with the attempt', () => {
    given(...running, cancelRequested)
      .when(stopPhase, { ...command, error: 'exit 1' })
      .then(event(events.PhaseStopped, { ...planning, ...account, error: 'exit 1' }), cancelled);
  });

  it('is refused unless the execution ends', () => {
    given(...running)
      .when(stopPhase, command)
      .thenRefused('execution.not_ending');
    given(...running, cancelRequested, stopped, cancelled)
      .when(stopPhase, command)
      .thenRefused('execution.has_ended');
    given(...running, cancelRequested)
      .when(stopPhase, { ...command, ...stale })
      .thenRefused('execution.stale_session');
  });
});

describe('InterruptPhase', () => {
  const command = { ...from(planning), why: 'lease_lost' } as const;

  it('interrupts the execution, with every session that ends by it', () => {
    given(...running)
      .when(interruptPhase, command)
      .then(interrupted);
    given(...running, interrupted)
      .when(interruptPhase, command)
      .thenNothing();
  });

  it('parks the phase of a paused execution, and refuses the lease of one that has not begun', () => {
    given(...running, pauseRequested, held, paused)
      .when(interruptPhase, command)
      .then(event(events.PhaseParked, { ...planning, runner: RUNNER, why: 'lease_lost', usage: UNKNOWN_USAGE }));
    given(...waiting, pauseRequested, pausedBeforePhase)
      .when(interruptPhase, command)
      .thenRefused('execution.phase_waits');
    given(...waiting, pauseRequested, pausedBeforePhase)
      .when(interruptPhase, { ...command, why: 'queue_timeout' })
      .thenNothing();
  });

  it('ends an execution that is being cancelled', () => {
    given(...running, cancelRequested)
      .when(interruptPhase, command)
      .then(
        event(events.PhaseStopped, { ...planning, usage: UNKNOWN_USAGE, artifacts: [] }),
        event(events.ExecutionCancelled, { ...ids, ...sums.none, usage: UNKNOWN_USAGE, reason: 'enough' }),
      );
  });

  it('is refused for another session and before the start', () => {
    given().when(interruptPhase, command).thenRefused('execution.not_found');
    given(...running)
      .when(interruptPhase, { ...command, ...stale })
      .thenRefused('execution.stale_session');
  });
});
