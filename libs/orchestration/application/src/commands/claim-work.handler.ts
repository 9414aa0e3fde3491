import { InjectAggregates } from '@syntropic/event-store';
import {
  derivedUuid,
  DomainError,
  NO_USAGE,
  type Aggregates,
  type Command,
  type CommandContext,
  type ReplyOf,
} from '@syntropic/kernel';
import { Handles, type Handler } from '@syntropic/messaging';
import {
  work,
  workflowExecution,
  type ExecutionEvent,
  type WorkflowEvent,
  type WorkOrder,
} from '@syntropic/orchestration/contracts';
import {
  failPhase,
  startPhase,
  templateOf,
  WorkflowExecution,
  WorkflowTemplate,
  workOrderOf,
} from '@syntropic/orchestration/domain';
import { WorkQueue, type Work } from '@syntropic/work';
import { originsOf } from './origins';

const { FailPhase, StartPhase } = workflowExecution.commands;
const ORDER_TOO_LARGE = 'execution.order_too_large';
type ClaimWork = typeof work.ClaimWork;

@Handles(work.ClaimWork)
export class ClaimWorkHandler implements Handler<ClaimWork> {
  constructor(
    private readonly queue: WorkQueue,
    @InjectAggregates(WorkflowExecution)
    private readonly executions: Aggregates<WorkflowExecution, ExecutionEvent>,
    @InjectAggregates(WorkflowTemplate)
    private readonly templates: Aggregates<WorkflowTemplate, WorkflowEvent>,
  ) {}

  /**
   * The row is claimed first and the phase starts second: a runner that dies between the two loses its lease like any other.
   * Sent again under the same command id, both steps return the first result.
   */
  async execute({ data: { number, ...claim }, context }: Command<ClaimWork>): Promise<ReplyOf<ClaimWork>> {
    const claimed = await this.queue.claim({ ...claim, claimId: context.commandId, number, user: context.user });
    if (!claimed) return { order: null };

    try {
      return { order: { ...(await this.#begin(claimed, claim.runner, context)), token: claimed.token } };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      // Except for such an order, a pause or an end is on its way to the row, and decides about the work there.
      await this.queue.release(claimed, error.code === ORDER_TOO_LARGE ? 'closed' : 'queued');
      return { order: null };
    }
  }

  /** Starts the phase once its order is known to fit into an answer. */
  async #begin(claimed: Work, runner: string, claim: CommandContext): Promise<Omit<WorkOrder, 'token'>> {
    const { state } = await this.executions.load(claimed.executionId);
    const from = templateOf(state);
    const template = from && (await this.templates.loadAt(from.workflowId, from.version));
    const origins = await originsOf(state, this.executions);
    try {
      const order = workOrderOf(state, claimed, template?.state, origins);
      await this.#start(claimed, runner, claim);
      return order;
    } catch (error) {
      if (error instanceof DomainError && error.code === ORDER_TOO_LARGE)
        await this.#fail(claimed, runner, claim, error);
      throw error;
    }
  }

  /** Ends a phase that no claim could be answered with. */
  async #fail(claimed: Work, runner: string, claim: CommandContext, { message: error }: DomainError): Promise<void> {
    const { executionId, phaseId, sessionId } = claimed;
    await this.#start(claimed, runner, claim);
    const reason = { usage: NO_USAGE, error, errorType: 'order_too_large' };
    const command = FailPhase.schema.parse({ executionId, phaseId, sessionId, ...reason });
    await this.executions.update(executionId, contextOf(claimed, claim, 'fail'), (execution) =>
      failPhase(execution, command),
    );
  }

  async #start(claimed: Work, runner: string, claim: CommandContext): Promise<void> {
    const { executionId, phaseId, sessionId, leg } = claimed;
    const command = StartPhase.schema.parse({ executionId, phaseId, sessionId, runner, leg });
    await this.executions.update(executionId, contextOf(claimed, claim, 'start'), (execution) =>
      startPhase(execution, command),
    );
  }
}

const contextOf = ({ executionId, sessionId, token }: Work, claim: CommandContext, step: string): CommandContext => ({
  ...claim,
  commandId: derivedUuid(claim.commandId, step, sessionId, token),
  causationId: claim.commandId,
  executionId,
  lease: { sessionId, token },
});
