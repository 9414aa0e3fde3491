import { ExecutionId } from '@syntropic/kernel';
import { event } from '@syntropic/kernel/testing';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import {
  begun,
  building,
  events,
  from,
  given,
  held,
  ids,
  pausedBeforePhase,
  planning,
  queued,
  resumed,
  RUNNER,
  secondLegOf,
  started,
  sums,
} from '../testing/facts';
import { stateAfter } from '../testing/steps';
import { interruptExecution, interruptPhase } from './interruptions';
import { reportLimit, resumeAfterLimit } from './limits';
import { parkPhase } from './phases';
import { cancelExecution, pauseExecution, resumeExecution } from './user-requests';

const NOW = Date.UTC(2026, 0, 1);
const report = { ...from(planning), provider: 'anthropic', resetsInSeconds: 3_600 };
// The last digits of the id are 456789ab: 0.27 of the spread of 60 s.
const until = '2026-01-01T01:00:16.267Z';
const reason = 'anthropic refuses calls until 2026-01-01T01:00:00.000Z';
const requested = event(events.ExecutionPauseRequested, { ...ids, reason, why: 'limit', until });
const paused = event(events.ExecutionPaused, {
  ...ids,
  yieldPoint: 'after_tool',
  phaseId: planning.phaseId,
  why: 'limit',
  until,
});
const pausedByPerson = event(events.ExecutionPauseRequested, { ...ids, reason: 'lunch' });
const pause = { executionId: ids.executionId, reason: 'lunch' };
const parked = event(events.PhaseParked, { ...planning, runner: RUNNER, why: 'limit', usage: sums.none.usage });
const running = [started(), queued(planning), begun(planning)] as const;
const waiting = [...running, requested, held, paused, parked] as const;
const resume = { executionId: ids.executionId, until };

describe('ReportLimit', () => {
  it('pauses the execution until the limit has reset, and a little longer', () => {
    given(...running)
      .when((state) => reportLimit(state, report, NOW))
      .then(requested);
  });

  it('says so when the pause is a fact, and frees the slot', () => {
    given(...running, requested)
      .when(parkPhase, { ...from(planning), runner: RUNNER, why: 'limit', usage: sums.none.usage })
      .then(parked, event(events.ExecutionPaused, { ...pausedBeforePhase.data, why: 'limit', until }));
  });

  it('changes nothing that was requested already, and no pause that holds', () => {
    const cancelling = event(events.ExecutionCancelRequested, { ...ids, reason: 'lunch' });
    const interrupting = event(events.ExecutionInterruptRequested, { ...ids, reason: 'lunch' });
    for (const before of [[requested], [pausedByPerson], [cancelling], [interrupting], [requested, held, paused]]) {
      given(...running, ...before)
        .when((state) => reportLimit(state, report, NOW))
        .thenNothing();
    }
  });

  it('is refused from another session', () => {
    given(...running)
      .when((state) => reportLimit(state, { ...report, sessionId: building.sessionId }, NOW))
      .thenRefused('execution.stale_session');
  });

  it('spreads executions with the same limit, all behind its reset', () => {
    const parse = (hex: string) => ExecutionId.parse(`exec-${hex}`);
    const delays = Array.from({ length: 64 }, (_, index) => {
      const executionId = parse(`0000${((index * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0')}`);
      const of = { ...report, executionId };
      const [asked] = reportLimit(stateAfter(running), of, NOW);
      if (asked?.type !== 'ExecutionPauseRequested') throw new Error('no pause was requested');
      return Date.parse(asked.data.until ?? '') - NOW - 3_600_000;
    });
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThanOrEqual(60_000);
    for (let from = 0; from < 60_000; from += 10_000) {
      const together = delays.filter((delay) => delay >= from && delay < from + 10_000).length;
      expect({ from, isFew: together <= 16 }).toEqual({ from, isFew: true });
    }
  });

  it('has a bound: no window of a provider is longer than a week', () => {
    const { schema } = workflowExecution.commands.ReportLimit;
    expect(schema.safeParse({ ...report, resetsInSeconds: 8 * 24 * 3_600 }).success).toBe(true);
    expect(schema.safeParse({ ...report, resetsInSeconds: 8 * 24 * 3_600 + 1 }).success).toBe(false);
  });
});

describe('ResumeAfterLimit', () => {
  it('goes on with the parked phase in its session', () => {
    given(...waiting)
      .when(resumeAfterLimit, resume)
      .then(resumed, queued(secondLegOf(planning), RUNNER));
  });

  it('withdraws a pause that has not become a fact', () => {
    given(...running, requested)
      .when(resumeAfterLimit, resume)
      .then(resumed);
  });

  it('changes nothing after a resume, another limit, a cancellation or an interruption', () => {
    const later = event(events.ExecutionPauseRequested, { ...requested.data, until: '2026-01-02T00:00:00.000Z' });
    const cancelling = event(events.ExecutionCancelRequested, { ...ids, reason: 'lunch' });
    const interrupting = event(events.ExecutionInterruptRequested, { ...ids, reason: 'lunch' });
    for (const after of [[resumed], [resumed, later], [cancelling], [interrupting]]) {
      given(...running, requested, ...after)
        .when(resumeAfterLimit, resume)
        .thenNothing();
    }
    given().when(resumeAfterLimit, resume).thenNothing();
  });
});

describe('while an execution waits for a limit', () => {
  it('a person resumes it at once', () => {
    given(...waiting)
      .when(resumeExecution)
      .then(resumed, queued(secondLegOf(planning), RUNNER));
  });

  it('a pause by a person takes its place, and stays when the limit has reset', () => {
    given(...waiting)
      .when(pauseExecution, pause)
      .then(pausedByPerson, pausedBeforePhase);
    given(...waiting, pausedByPerson, pausedBeforePhase)
      .when(resumeAfterLimit, resume)
      .thenNothing();
    given(...waiting, pausedByPerson, pausedBeforePhase)
      .when(pauseExecution, pause)
      .thenRefused('execution.not_running');
    given(...running, requested)
      .when(pauseExecution, pause)
      .then(pausedByPerson);
  });

  it('it is cancelled or, before its agents stand still, interrupted', () => {
    given(...running, requested)
      .when(interruptExecution, pause)
      .then(event(events.ExecutionInterruptRequested, { ...ids, reason: 'lunch' }));
    given(...waiting)
      .when(cancelExecution, pause)
      .then(
        event(events.ExecutionCancelRequested, { ...ids, reason: 'lunch' }),
        event(events.PhaseStopped, { ...planning, usage: sums.none.usage, artifacts: [] }),
        event(events.ExecutionCancelled, { ...ids, ...sums.none, reason: 'lunch' }),
      );
  });

  it('the loss of its runner is retried by itself where the workflow says so', () => {
    const retried = event(events.ExecutionStarted, {
      ...started().data,
      interruptionRetries: { max: 1, backoffSeconds: 30 },
    });
    given(retried, queued(planning), begun(planning), requested)
      .when(interruptPhase, { ...from(planning), why: 'lease_lost' })
      .then(
        event(events.ExecutionInterrupted, {
          ...planning,
          ...sums.none,
          why: 'lease_lost',
          sessions: [{ sessionId: planning.sessionId, leg: 1 }],
          retryInSeconds: 30,
        }),
      );
  });
});
