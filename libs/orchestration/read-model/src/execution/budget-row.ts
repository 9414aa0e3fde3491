import type { Budget, ExecutionEvents } from '@syntropic/orchestration/contracts';

type Exceeded = Pick<
  ExecutionEvents['BudgetExceeded']['data'],
  'kind' | 'limit' | 'spent' | 'reserved' | 'needed' | 'cause' | 'model'
>;

/** The limits of an execution, and those that were exceeded since it was resumed. The ledger has the present amounts. */
export type BudgetRow = Readonly<{ limits: Budget; exceeded: readonly Exceeded[] }>;

const NONE: BudgetRow = { limits: [], exceeded: [] };

export function exceededBudget(
  { limits, exceeded }: BudgetRow = NONE,
  { kind, limit, spent, reserved, needed, cause, model }: ExecutionEvents['BudgetExceeded']['data'],
): BudgetRow {
  return { limits, exceeded: [...exceeded, { kind, limit, spent, reserved, needed, cause, model }] };
}

/** A limit that was changed is exceeded no longer. */
export const changedBudget = ({ exceeded }: BudgetRow = NONE, limits: Budget): BudgetRow => ({
  limits,
  exceeded: exceeded.filter(({ kind, limit }) => limits.some((one) => one.kind === kind && one.limit === limit)),
});

/** After a resume no limit counts as exceeded until it is found again. */
export const resumedBudget = (budget: BudgetRow | undefined): Readonly<{ budget?: BudgetRow }> =>
  budget ? { budget: { ...budget, exceeded: [] } } : {};

export const withBudget = <Row extends Readonly<{ detail: object }>>(row: Row, budget: BudgetRow): Row => ({
  ...row,
  detail: { ...row.detail, budget },
});
