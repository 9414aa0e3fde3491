export { budgetEffects, moveBudgetClock, setBudgetLimits } from './budget-actions';
export { BudgetClock, type OutOfTime } from './budget-clock';
export { BudgetLedger, type ClockChange, type ExceededLimit } from './budget-ledger';
export { BudgetReader, type LimitNow } from './budget-reader';
