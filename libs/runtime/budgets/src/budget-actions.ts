import { effect, type EffectHandlers } from '@syntropic/processes';
import type { BudgetLedger, ClockMove, Limit } from './budget-ledger';

const SET_LIMITS = effect<Readonly<{ executionId: string; limits: readonly Limit[] }>>('set_budget_limits');
const MOVE_CLOCK = effect<ClockMove>('move_budget_clock');

/** Sets the limits of an execution's budget in the ledger. */
export const setBudgetLimits = (executionId: string, limits: readonly Limit[]) =>
  SET_LIMITS.action({ executionId, limits });

/** Moves the clock of an execution's budget. */
export const moveBudgetClock = (move: ClockMove) => MOVE_CLOCK.action(move);

/** The handlers of these actions. */
export const budgetEffects = (ledger: BudgetLedger): EffectHandlers => ({
  ...SET_LIMITS.handler(({ executionId, limits }, position) => ledger.setLimits(executionId, limits, position)),
  ...MOVE_CLOCK.handler((move, position) => ledger.moveClock(move, position)),
});
