import type { Event, Recorded } from '@syntropic/kernel';
import { runPhases } from './run-phases.process';

const executionId = 'exec-0123456789ab';
const at = '2026-01-01T00:00:00.000Z';
const session = { executionId, workflowId: 'review', phaseId: 'plan', sessionId: 'session-1', attempt: 1, leg: 1 };

/** The effects of an event on the ledger. */
const effectsOf = (type: string, data: object) => {
  const event = { type, data, recordedAt: at } as Event & { recordedAt: string };
  const actions = runPhases.on[type]?.(event as unknown as Recorded) ?? [];
  return actions.flatMap((action) =>
    action.kind === 'effect' && action.name.includes('budget') ? [[action.name, action.input]] : [],
  );
};

it('the limits of an execution are in the ledger before work is queued, and as they are changed', () => {
  const budget = [{ kind: 'usd', limit: '5', onExceeded: 'pause' }];
  const limits = [['set_budget_limits', { executionId, limits: [{ kind: 'usd', limit: '5' }] }]];
  expect(effectsOf('ExecutionStarted', { executionId, budget })).toEqual(limits);
  expect(effectsOf('BudgetChanged', { executionId, budget })).toEqual(limits);
  expect(effectsOf('ExecutionStarted', { executionId })).toEqual([]);
});

it.each([
  ['PhaseStarted', 'run'],
  ['PhaseHeld', 'hold'],
  ['PhaseParked', 'drop'],
  ['PhaseAwaitingApproval', 'drop'],
  ['PhaseCompleted', 'drop'],
  ['PhaseStopped', 'drop'],
  ['PhaseFailed', 'drop'],
])('the clock follows the session of %s', (type, change) => {
  const move = { executionId, sessionId: 'session-1', change, at };
  expect(effectsOf(type, { ...session, isBudgeted: true })).toEqual([['move_budget_clock', move]]);
  expect(effectsOf(type, session)).toEqual([]);
});

it.each([
  ['ExecutionResumed', 'resume'],
  ['ExecutionInterrupted', 'clear'],
  ['ExecutionCompleted', 'close'],
  ['ExecutionFailed', 'close'],
  ['ExecutionCancelled', 'close'],
])('the clock follows all sessions at %s', (type, change) => {
  const move = { executionId, change, at };
  expect(effectsOf(type, { ...session, isBudgeted: true })).toEqual([['move_budget_clock', move]]);
  expect(effectsOf(type, session)).toEqual([]);
});
