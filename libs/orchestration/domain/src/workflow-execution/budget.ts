import { leastUsd } from '@syntropic/kernel';
import type {
  Amount,
  Budget,
  BudgetKind,
  ExecutionCommands,
  ExecutionEvents,
} from '@syntropic/orchestration/contracts';
import { followed, idsOf, type Decision } from './continuation';
import { refuse, started, wrongState } from './refusals';
import { isEnding, isUnderway, type UnderwayExecution, type WorkflowExecution } from './workflow-execution';

/** The amounts that an execution has spent, by the ledger of its budget. */
export type Spent = Readonly<Record<BudgetKind, Amount>>;

/** The limits of an execution: the workflow's, with the request's dollars. */
export function budgetFor(
  budget: Budget | undefined,
  { maxBudgetUsd }: Pick<ExecutionCommands['StartExecution'], 'maxBudgetUsd'>,
): Budget | undefined {
  return maxBudgetUsd === undefined ? budget : changed(budget ?? [], [{ kind: 'usd', limit: maxBudgetUsd }]);
}

/** Pauses or cancels the execution, once for each limit until it is resumed. A limit that was changed meanwhile is not exceeded. */
export function exceedBudget(
  execution: WorkflowExecution,
  { executionId: _, ...exceeded }: ExecutionCommands['ExceedBudget'],
): Decision {
  if (execution.status !== 'not_started' && !isUnderway(execution)) return [];
  const now = started(execution);
  const own = now.budget.find(({ kind }) => kind === exceeded.kind);
  if (own?.limit !== exceeded.limit || isEnding(now)) return [];
  if (now.exceeded.some(({ kind }) => kind === own.kind)) return [];

  const { onExceeded } = own;
  const reason = reasonOf(exceeded);
  const fact = { type: 'BudgetExceeded', data: { ...idsOf(now), ...exceeded, onExceeded } } as const;
  if (onExceeded === 'cancel') {
    return followed(now, [fact, { type: 'ExecutionCancelRequested', data: { ...idsOf(now), reason } }]);
  }
  if (now.status !== 'running' || now.requested) return [fact];
  return followed(now, [fact, { type: 'ExecutionPauseRequested', data: { ...idsOf(now), reason } }]);
}

/** The consequence of this limit; undefined for one that was changed, and once the execution has ended. */
export function actionOf(
  execution: WorkflowExecution,
  { kind, limit }: Pick<Budget[number], 'kind' | 'limit'>,
): Budget[number]['onExceeded'] | undefined {
  if (!isUnderway(execution)) return undefined;
  if (isEnding(execution)) return 'cancel';
  return execution.budget.find((own) => own.kind === kind && own.limit === limit)?.onExceeded;
}

/** Raises, lowers, adds and removes limits, but sets none below what was spent. An execution without a budget has no ledger. */
export function changeBudget(
  execution: WorkflowExecution,
  { limits }: ExecutionCommands['ChangeBudget'],
  spent: Spent,
): Decision {
  const now = started(execution);
  if (isEnding(now)) throw wrongState('has_ended', 'ending');
  if (!now.started.budget)
    throw refuse('no_budget', 'only an execution that was started with a budget counts against one');

  for (const { kind, limit } of limits) {
    if (limit !== null && isLess(limit, spent[kind])) {
      throw refuse('budget_below_spent', `${spent[kind]} of ${NOUN[kind]} are spent already`, kind);
    }
  }
  const budget = changed(now.budget, limits);
  if (JSON.stringify(budget) === JSON.stringify(now.budget)) return [];
  return [{ type: 'BudgetChanged', data: { ...idsOf(now), budget: [...budget], before: [...now.budget] } }];
}

/** The limit that the next step would exceed again; undefined when there is none. */
export const reachedLimit = ({ exceeded }: Pick<UnderwayExecution, 'exceeded'>): Exceeded | undefined =>
  exceeded.find(({ cause }) => cause !== 'reserved');

/** @throws DomainError `execution.budget_exceeded` while a limit is reached: the next step would exceed it again */
export function refuseExceeded(execution: UnderwayExecution): void {
  const reached = reachedLimit(execution);
  if (reached) throw refuse('budget_exceeded', `${reasonOf(reached)}: change the budget first`, 'budget');
}

type Exceeded = Omit<ExecutionEvents['BudgetExceeded']['data'], 'executionId' | 'workflowId' | 'onExceeded'>;

const NOUN = { usd: 'US dollars', tokens: 'tokens', wall_seconds: 'seconds' } as const;

function reasonOf({ kind, limit, spent, reserved, needed, cause, model }: Exceeded): string {
  const of = `the budget of ${limit} ${NOUN[kind]}`;
  switch (cause) {
    case 'spent':
      return `${of} is spent: ${spent}`;
    case 'reserved':
      return `${of} has no room for the next call: ${spent} spent, ${reserved} reserved, ${needed ?? '0'} needed`;
    case 'unpriced':
      return `${of} cannot be held: ${model ?? 'the model'} has no known price`;
  }
}

type Change = ExecutionCommands['ChangeBudget']['limits'][number];

function changed(budget: Budget, changes: readonly Change[]): Budget {
  const kinds = ['usd', 'tokens', 'wall_seconds'] as const;
  return kinds.flatMap((kind) => {
    const before = budget.find((limit) => limit.kind === kind);
    const change = changes.find((limit) => limit.kind === kind);
    if (!change) return before ?? [];
    if (change.limit === null) return [];
    return [{ kind, limit: change.limit, onExceeded: change.onExceeded ?? before?.onExceeded ?? 'pause' }];
  });
}

const isLess = (one: Amount, other: Amount): boolean => one !== other && leastUsd(one, other) === one;
