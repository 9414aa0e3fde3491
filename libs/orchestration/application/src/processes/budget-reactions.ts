import { moveBudgetClock, setBudgetLimits, type ClockChange } from '@syntropic/budgets';
import type { ExecutionId, SessionId } from '@syntropic/kernel';
import type { Budget } from '@syntropic/orchestration/contracts';
import type { Action } from '@syntropic/processes';

/** Puts the limits of an execution into the ledger. */
export const limits = (executionId: ExecutionId, budget: Budget): Action =>
  setBudgetLimits(
    executionId,
    budget.map(({ kind, limit }) => ({ kind, limit })),
  );

type OfExecution = Readonly<{
  data: Readonly<{ executionId: ExecutionId; isBudgeted?: true | undefined }>;
  recordedAt: string;
}>;
type OfSession = OfExecution & Readonly<{ data: Readonly<{ sessionId: SessionId }> }>;

/** Moves the clock of the budget for one session; nothing for an execution without a budget. */
export const clock = (
  { data: { executionId, sessionId, isBudgeted }, recordedAt }: OfSession,
  change: ClockChange,
): readonly Action[] => (isBudgeted ? [moveBudgetClock({ executionId, sessionId, change, at: recordedAt })] : []);

/** Moves it for all sessions together. An event that also names a session does not mean this one alone. */
export const clockOfAll = (
  { data: { executionId, isBudgeted }, recordedAt }: OfExecution,
  change: ClockChange,
): readonly Action[] => (isBudgeted ? [moveBudgetClock({ executionId, change, at: recordedAt })] : []);
