import type { LimitNow } from '@syntropic/budgets';
import type { ExecutionRow } from '@syntropic/orchestration/read-model';
import type { BudgetLimitView } from './budget.dto';

/** The present amounts of an execution's limits. */
export type BudgetLimits = readonly LimitNow[];

/** The limits of an execution with their amounts; `null` without a budget. */
export function budgetView({ detail: { budget } }: ExecutionRow, amounts: BudgetLimits): BudgetLimitView[] | null {
  if (!budget) return null;
  return budget.limits.map(({ kind, limit, onExceeded }) => {
    const now = amounts.find((one) => one.kind === kind);
    const exceeded = budget.exceeded.find((one) => one.kind === kind);
    return {
      kind,
      limit,
      on_exceeded: onExceeded,
      spent: now?.spent ?? null,
      reserved: now?.reserved ?? null,
      exceeded: exceeded
        ? {
            cause: exceeded.cause,
            spent: exceeded.spent,
            reserved: exceeded.reserved,
            needed: exceeded.needed ?? null,
            model: exceeded.model ?? null,
          }
        : null,
    };
  });
}
