import { SessionId, UNKNOWN_USAGE } from '@syntropic/kernel';
import { event, specificationOf } from '@syntropic/kernel/testing';
import { WorkflowDefinition, workflowExecution } from '@syntropic/orchestration/contracts';
import { begun, from, ids, planning, planningAgain, queued, started, sums } from '../testing/facts';
import { active, start, stateAfter, surroundings } from '../testing/steps';
import { WorkflowExecution } from './aggregate';
import { interruptPhase, retryInterruption } from './interruptions';
import { startExecution } from './start-execution';
import { cancelExecution, retryExecution } from './user-requests';

const { events } = workflowExecution;
const { given } = specificationOf(WorkflowExecution);

const patient = (max: number) =>
  event(events.ExecutionStarted, { ...started().data, interruptionRetries: { max, backoffSeconds: 30 } });
const running = (max: number) => [patient(max), queued(planning), begun(planning)] as const;
const lost = { ...from(planning), why: 'lease_lost' } as const;
const lostAgain = { ...from(planningAgain), why: 'lease_lost' } as const;

const interrupted = (session: typeof planning, retryInSeconds?: number) =>
  event(events.ExecutionInterrupted, {
    ...session,
    ...sums.none,
    // The usage of sessions that were lost before is unknown.
    ...(session === planningAgain && { usage: UNKNOWN_USAGE }),
    why: 'lease_lost',
    sessions: [{ sessionId: session.sessionId, leg: 1 }],
    ...(retryInSeconds !== undefined && { retryInSeconds }),
  });
const retried = (automaticRetry?: number) =>
  event(events.ExecutionRetried, {
    ...ids,
    phaseIds: [planning.phaseId],
    ...(automaticRetry !== undefined && { automaticRetry }),
  });
const due = { executionId: ids.executionId, sessionId: planning.sessionId };

describe('an interruption', () => {
  it('says when it is retried, as often as the workflow says', () => {
    given(...running(1))
      .when(interruptPhase, lost)
      .then(interrupted(planning, 30));
    const again = [interrupted(planning, 30), retried(1), queued(planningAgain), begun(planningAgain)] as const;
    given(...running(1), ...again)
      .when(interruptPhase, lostAgain)
      .then(interrupted(planningAgain));
    given(...running(2), ...again)
      .when(interruptPhase, lostAgain)
      .then(interrupted(planningAgain, 30));
  });

  it('counts no retry that was requested', () => {
    given(...running(1), interrupted(planning, 30), retried(), queued(planningAgain), begun(planningAgain))
      .when(interruptPhase, lostAgain)
      .then(interrupted(planningAgain, 30));
  });

  it('is left to people where the workflow says nothing, and while a pause is requested', () => {
    given(started(), queued(planning), begun(planning)).when(interruptPhase, lost).then(interrupted(planning));
    given(...running(1), event(events.ExecutionPauseRequested, ids))
      .when(interruptPhase, lost)
      .then(interrupted(planning));
  });
});

describe('an interruption while a limit of the budget is reached', () => {
  const budget = [{ kind: 'tokens', limit: '10', onExceeded: 'pause' } as const];
  const budgeted = event(events.ExecutionStarted, { ...patient(1).data, budget });
  const exceeded = (cause: 'spent' | 'reserved') =>
    event(events.BudgetExceeded, {
      ...ids,
      isBudgeted: true,
      kind: 'tokens',
      limit: '10',
      spent: '12',
      reserved: '0',
      cause,
      onExceeded: 'pause',
    });

  it('is left to people, unless only a call did not fit', () => {
    const retryOf = (cause: 'spent' | 'reserved') => {
      const state = stateAfter([budgeted, queued(planning), begun(planning), exceeded(cause)]);
      return interruptPhase(state, lost).map(({ data }) => 'retryInSeconds' in data);
    };
    expect(retryOf('spent')).toEqual([false]);
    expect(retryOf('reserved')).toEqual([true]);
  });
});

describe('RetryInterruption', () => {
  const waiting = [...running(1), interrupted(planning, 30)] as const;

  it('queues the interrupted phase as the next attempt, and counts', () => {
    given(...waiting)
      .when(retryInterruption, due)
      .then(retried(1), queued(planningAgain));
  });

  it('changes nothing after another interruption, a requested retry, an end or without a back-off', () => {
    const other = SessionId.parse('00000000-0000-4000-8000-000000000000');
    given(...waiting)
      .when(retryInterruption, { ...due, sessionId: other })
      .thenNothing();
    given(...waiting, retried(), queued(planningAgain))
      .when(retryInterruption, due)
      .thenNothing();
    const cancelled = event(events.ExecutionCancelled, { ...ids, ...sums.none });
    given(...waiting, event(events.ExecutionCancelRequested, ids), cancelled)
      .when(retryInterruption, due)
      .thenNothing();
    given(...running(0), interrupted(planning))
      .when(retryInterruption, due)
      .thenNothing();
    given().when(retryInterruption, due).thenNothing();
  });

  it('leaves a person the choice meanwhile', () => {
    given(...waiting)
      .when(retryExecution)
      .then(retried(), queued(planningAgain));
    given(...waiting)
      .when(cancelExecution, { executionId: ids.executionId })
      .then(
        event(events.ExecutionCancelRequested, ids),
        event(events.ExecutionCancelled, { ...ids, ...sums.none, usage: UNKNOWN_USAGE }),
      );
  });

  it('of an event of an older build changes nothing: it says nothing about a retry', () => {
    given(started(), queued(planning), begun(planning), interrupted(planning))
      .when(retryInterruption, due)
      .thenNothing();
  });
});

describe('StartExecution', () => {
  it('records the retries of the workflow', () => {
    const interruptionRetries = { max: 3, backoffSeconds: 10 };
    const phase = { phaseId: 'plan', name: 'Plan', order: 1, agent: { provider: 'simulated' } };
    const more = { requiresRepos: false, interruptionRetries };
    given()
      .when(
        startExecution,
        start,
        active(WorkflowDefinition.parse({ name: 'Review', ...more, phases: [phase] })),
        surroundings,
      )
      .then(
        event(events.ExecutionStarted, {
          ...ids,
          workflowName: 'Review',
          templateVersion: 1,
          inputs: {},
          repos: [],
          phases: [{ phaseId: 'plan', name: 'Plan', order: 1, agent: { provider: 'simulated', isolation: 'sandbox' } }],
          interruptionRetries,
        }),
        queued(planning),
      );
  });
});
