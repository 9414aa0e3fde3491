import { NO_USAGE, type Event } from '@syntropic/kernel';
import { rowsAfter } from '@syntropic/projections/testing';
import { executionProjection } from './execution.projection';

const ids = { executionId: 'exec-1', workflowId: 'w' };
const happens = (type: string, data: object = {}): Event => ({ type, data: { ...ids, ...data } });
const of = (phaseId: string, leg = 1) => ({ phaseId, sessionId: `${phaseId}-1`, attempt: 1, leg });
const end = { usage: NO_USAGE, artifacts: [] };
const definition = (phaseId: string, order: number) => ({
  phaseId,
  name: phaseId,
  order,
  agent: { provider: 'claude' },
});
const STARTED = happens('ExecutionStarted', {
  workflowName: 'W',
  inputs: {},
  repos: [],
  phases: [definition('one', 1), definition('two', 2)],
});
const both = (type: string): readonly Event[] => [happens(type, of('one')), happens(type, of('two'))];

/** From 1, the second of each event after the start. */
const controlsAfter = (...events: readonly Event[]) =>
  rowsAfter(executionProjection, STARTED, ...events)[0]?.detail.controls;
const at = (second: number) => `2026-01-01T00:00:${String(second + 1).padStart(2, '0')}.000Z`;

const PAUSED = [
  ...both('PhaseStarted'),
  happens('ExecutionPauseRequested', { reason: 'lunch' }),
  ...both('PhaseHeld'),
  happens('ExecutionPaused'),
];

describe('a pause', () => {
  it('is requested, and effective once every agent is held', () => {
    const pause = { control: 'pause', requestedAt: at(3), reason: 'lunch', lapsedAt: null };
    expect(controlsAfter(...PAUSED.slice(0, 5))).toMatchObject([{ ...pause, effectiveAt: null }]);
    expect(controlsAfter(...PAUSED)).toMatchObject([{ ...pause, effectiveAt: at(6) }]);
  });

  it('lapses when it is withdrawn, or the execution ends or is interrupted first', () => {
    for (const type of ['ExecutionResumed', 'ExecutionCompleted', 'ExecutionFailed', 'ExecutionInterrupted']) {
      const after = controlsAfter(...PAUSED.slice(0, 3), happens(type, { why: 'lease_lost', sessions: [] }));
      expect(after?.[0]).toMatchObject({ control: 'pause', effectiveAt: null, lapsedAt: at(4) });
    }
  });
});

describe('a pause until a limit resets', () => {
  const limit = { why: 'limit', until: '2026-01-01T01:00:00.000Z' };
  const limited = [happens('ExecutionPauseRequested', limit), happens('ExecutionPaused', limit)];

  it('shows why and until when, until a person pauses the execution instead', () => {
    expect(controlsAfter(...limited)).toMatchObject([{ control: 'pause', ...limit, effectiveAt: at(2) }]);

    const instead = [happens('ExecutionPauseRequested', { reason: 'lunch' }), happens('ExecutionPaused')];
    const [pause] = controlsAfter(...limited, ...instead) ?? [];
    expect(pause).toMatchObject({ control: 'pause', reason: 'lunch', effectiveAt: at(4) });
    expect(pause).not.toHaveProperty('until');
  });
});

describe('an interruption', () => {
  const requested = [...both('PhaseStarted'), happens('ExecutionInterruptRequested', { reason: 'wrong branch' })];
  const parked = [{ sessionId: 'one-1', leg: 1 }];
  const interrupt = { control: 'interrupt', requestedAt: at(3), reason: 'wrong branch' };

  it('is requested, and effective once every agent has ended', () => {
    expect(controlsAfter(...requested)).toMatchObject([{ ...interrupt, effectiveAt: null }]);
    const fact = happens('ExecutionInterrupted', { why: 'requested', sessions: [], parked });
    expect(controlsAfter(...requested, fact)).toMatchObject([{ ...interrupt, effectiveAt: at(4), lapsedAt: null }]);
  });

  it('lapses when a runner is lost first', () => {
    const lost = happens('ExecutionInterrupted', { why: 'lease_lost', sessions: parked });
    expect(controlsAfter(...requested, lost)).toMatchObject([{ ...interrupt, effectiveAt: null, lapsedAt: at(4) }]);
  });

  it('that ends no session leaves the cost complete, and its phase goes on as the next attempt of its session', () => {
    const fact = happens('ExecutionInterrupted', { why: 'requested', sessions: [], parked });
    const queued = happens('PhaseQueued', { ...of('one', 2), attempt: 2 });
    const begun = happens('PhaseQueued', of('one'));
    const [row] = rowsAfter(
      executionProjection,
      STARTED,
      begun,
      fact,
      happens('ExecutionRetried', { phaseIds: ['one'] }),
      queued,
    );
    expect(row).toMatchObject({ status: 'running', cost_complete: true });
    expect(row?.detail.phases[0]).toMatchObject({ status: 'queued', attempt: 2, sessionId: 'one-1' });
  });
});

describe('a resume', () => {
  const resume = { control: 'resume', requestedAt: at(7) };

  it('is effective once the last held agent runs, or has ended', () => {
    const thawed = [...PAUSED, happens('ExecutionResumed'), happens('PhaseResumed', of('one'))];
    expect(controlsAfter(...thawed)?.[1]).toMatchObject({ ...resume, effectiveAt: null });
    for (const type of ['PhaseResumed', 'PhaseCompleted', 'PhaseFailed', 'PhaseStopped', 'PhaseAwaitingApproval']) {
      const after = controlsAfter(...thawed, happens(type, { ...of('two'), ...end, error: 'no' }));
      expect(after?.[1]).toMatchObject({ ...resume, effectiveAt: at(9) });
    }
  });

  it('waits for the next leg of a parked phase', () => {
    const queued = [
      happens('PhaseParked', of('one')),
      happens('ExecutionResumed'),
      happens('PhaseQueued', of('one', 2)),
    ];
    const next = [happens('PhaseResumed', of('two')), happens('PhaseStarted', of('one', 2))];
    expect(controlsAfter(...PAUSED, ...queued, ...next)?.[1]).toMatchObject({
      requestedAt: at(8),
      effectiveAt: at(11),
    });
  });

  it('is effective at once between two phases, and lapses when the next pause comes first', () => {
    const between = [happens('ExecutionPauseRequested'), happens('ExecutionPaused'), happens('ExecutionResumed')];
    expect(controlsAfter(...between)?.[1]).toMatchObject({ requestedAt: at(3), effectiveAt: at(3) });

    const again = [happens('ExecutionResumed'), ...PAUSED.slice(2)];
    expect(controlsAfter(...PAUSED, ...again)).toMatchObject([
      { control: 'resume', effectiveAt: null, lapsedAt: at(11) },
      { control: 'pause', requestedAt: at(8), effectiveAt: at(11) },
    ]);
  });
});

describe('a retry', () => {
  const interrupted = [
    ...both('PhaseStarted'),
    happens('ExecutionInterrupted', { ...of('one'), why: 'lease_lost', sessions: [] }),
  ];

  it('is effective when its phases run, and is no control when it came by itself', () => {
    const retried = happens('ExecutionRetried', { phaseIds: ['one'] });
    expect(controlsAfter(...interrupted, retried, happens('PhaseStarted', of('one')))).toMatchObject([
      { control: 'retry', requestedAt: at(4), effectiveAt: at(5) },
    ]);
    expect(controlsAfter(...interrupted, happens('ExecutionRetried', { phaseIds: [], automaticRetry: 1 }))).toEqual([]);
  });
});

it('a cancellation is effective when the execution has ended by it', () => {
  const requested = [...both('PhaseStarted'), happens('ExecutionCancelRequested', { reason: 'wrong' })];
  expect(controlsAfter(...requested, happens('ExecutionCancelled'))).toMatchObject([
    { control: 'cancel', requestedAt: at(3), effectiveAt: at(4), reason: 'wrong' },
  ]);
});

it('a change of the budget, an approval and a rejection are effective as they are recorded', () => {
  const waits = happens('PhaseAwaitingApproval', { ...of('one'), ...end });
  const approved = happens('PhaseCompleted', { ...of('one'), ...end });
  const rejected = happens('PhaseFailed', { ...of('one'), ...end, error: 'too long', errorType: 'rejected' });

  expect(controlsAfter(happens('BudgetChanged', { budget: [], before: [] }), waits, approved)).toMatchObject([
    { control: 'budget', requestedAt: at(1), effectiveAt: at(1) },
    { control: 'approve', phaseId: 'one', requestedAt: at(3), effectiveAt: at(3) },
  ]);
  expect(controlsAfter(waits, rejected)).toMatchObject([{ control: 'reject', reason: 'too long', effectiveAt: at(2) }]);
  expect(controlsAfter(approved)).toEqual([]);
});
