import { BudgetLedger, type ExceededLimit } from '@syntropic/budgets';
import { InjectAggregates } from '@syntropic/event-store';
import {
  derivedUuid,
  DomainError,
  type Aggregates,
  type Command,
  type CommandContext,
  type ExecutionId,
  type Outcome,
  type ReplyOf,
} from '@syntropic/kernel';
import { Handles, type Handler } from '@syntropic/messaging';
import { budget, workflowExecution, type ExecutionEvent } from '@syntropic/orchestration/contracts';
import { actionOf, changeBudget, exceedBudget, WorkflowExecution } from '@syntropic/orchestration/domain';

const { ChangeBudget, ExceedBudget } = workflowExecution.commands;

type Executions = Aggregates<WorkflowExecution, ExecutionEvent>;
type Reserve = typeof budget.ReserveBudget;
type Settle = typeof budget.SettleCall;
type SettleSession = typeof budget.SettleSession;

@Handles(budget.ReserveBudget)
export class ReserveBudgetHandler implements Handler<Reserve> {
  constructor(
    private readonly ledger: BudgetLedger,
    @InjectAggregates(WorkflowExecution) private readonly executions: Executions,
  ) {}

  /** @throws DomainError `work.lease_lost` */
  async execute({ data, context }: Command<Reserve>): Promise<ReplyOf<Reserve>> {
    const { executionId, model } = data;
    const reserved = await this.ledger.reserve(spenderOf(executionId, context), data);
    if (reserved.verdict === 'lease_lost') {
      throw new DomainError('work.lease_lost', 'the lease of the session is not held', 'conflict');
    }
    if (reserved.verdict !== 'exceeded') return { verdict: reserved.verdict };

    const { exceeded } = reserved;
    const limit = `${exceeded.limit} ${exceeded.kind}`;
    if (exceeded.cause === 'unpriced') {
      return { verdict: 'refused', why: `the budget of ${limit} cannot be held: ${model} has no known price` };
    }
    await recordExceeded(this.executions, executionId, [exceeded], context);
    const { state } = await this.executions.load(executionId);
    const action = actionOf(state, exceeded);
    if (action === 'cancel') return { verdict: 'refused', why: `the budget of ${limit} is exceeded` };
    // A limit that was changed a moment ago reaches the ledger soon.
    return { verdict: action === 'pause' ? 'paused' : 'wait' };
  }
}

@Handles(budget.SettleCall)
export class SettleCallHandler implements Handler<Settle> {
  constructor(
    private readonly ledger: BudgetLedger,
    @InjectAggregates(WorkflowExecution) private readonly executions: Executions,
  ) {}

  async execute({ data, context }: Command<Settle>): Promise<ReplyOf<Settle>> {
    const reached = await this.ledger.settle(spenderOf(data.executionId, context), data);
    await recordExceeded(this.executions, data.executionId, reached, context);
    return { isExceeded: reached.length > 0 };
  }
}

@Handles(budget.SettleSession)
export class SettleSessionHandler implements Handler<SettleSession> {
  constructor(
    private readonly ledger: BudgetLedger,
    @InjectAggregates(WorkflowExecution) private readonly executions: Executions,
  ) {}

  async execute({ data, context }: Command<SettleSession>): Promise<ReplyOf<SettleSession>> {
    const reached = await this.ledger.settleSession(spenderOf(data.executionId, context), data);
    await recordExceeded(this.executions, data.executionId, reached, context);
    return { isExceeded: reached.length > 0 };
  }
}

@Handles(ChangeBudget)
export class ChangeBudgetHandler implements Handler<typeof ChangeBudget> {
  constructor(
    private readonly ledger: BudgetLedger,
    @InjectAggregates(WorkflowExecution) private readonly executions: Executions,
  ) {}

  async execute({ data, context }: Command<typeof ChangeBudget>): Promise<Outcome> {
    const spent = await this.ledger.spent(data.executionId);
    return this.executions.update(data.executionId, context, (execution) => changeBudget(execution, data, spent));
  }
}

/** @throws DomainError `work.lease_required` for a command in process without a lease */
function spenderOf(executionId: ExecutionId, { lease }: CommandContext) {
  if (!lease) throw new DomainError('work.lease_required', 'only the holder of a lease spends', 'forbidden');
  return { executionId, ...lease };
}

/** Recorded without the lease: money that was spent under a lost one counts as well. */
async function recordExceeded(
  executions: Executions,
  executionId: ExecutionId,
  limits: readonly ExceededLimit[],
  { lease: _, ...context }: CommandContext,
): Promise<void> {
  for (const exceeded of limits) {
    const command = ExceedBudget.schema.parse({ executionId, ...exceeded });
    const commandId = derivedUuid(context.commandId, 'exceed', exceeded.kind);
    await executions.update(executionId, { ...context, commandId, causationId: context.commandId }, (execution) =>
      exceedBudget(execution, command),
    );
  }
}
