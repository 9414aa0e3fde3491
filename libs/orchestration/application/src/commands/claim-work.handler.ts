import { InjectAggregates } from '@syntropic/event-store';
import {
  derivedUuid,
  DomainError,
  type Aggregates,
  type Command,
  type CommandContext,
  type ReplyOf,
} from '@syntropic/kernel';
import { Handles, type Handler } from '@syntropic/messaging';
import { work, workflowExecution, type ExecutionEvent } from '@syntropic/orchestration/contracts';
import { startPhase, WorkflowExecution, workOrderOf } from '@syntropic/orchestration/domain';
import { WorkQueue, type Work } from '@syntropic/work';

const { StartPhase } = workflowExecution.commands;
type ClaimWork = typeof work.ClaimWork;

@Handles(work.ClaimWork)
export class ClaimWorkHandler implements Handler<ClaimWork> {
  constructor(
    private readonly queue: WorkQueue,
    @InjectAggregates(WorkflowExecution)
    private readonly executions: Aggregates<WorkflowExecution, ExecutionEvent>,
  ) {}

  /**
   * The row is claimed first and the phase starts second: a runner that dies between the two loses its lease like any other.
   * Sent again under the same command id, both steps return the first result.
   */
  async execute({ data: { runner, backends, providers }, context }: Command<ClaimWork>): Promise<ReplyOf<ClaimWork>> {
    const claimed = await this.queue.claim({ runner, backends, providers, claimId: context.commandId });
    if (!claimed) return { order: null };

    try {
      await this.#start(claimed, runner, context);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      // A pause or an end is on its way to the row, and decides about the work there.
      await this.queue.release(claimed, 'queued');
      return { order: null };
    }

    const { state } = await this.executions.load(claimed.executionId);
    return { order: { ...workOrderOf(state, claimed), token: claimed.token } };
  }

  async #start({ executionId, phaseId, sessionId, token, leg }: Work, runner: string, claim: CommandContext) {
    const context: CommandContext = {
      ...claim,
      commandId: derivedUuid(claim.commandId, 'start', sessionId, token),
      causationId: claim.commandId,
      executionId,
      lease: { sessionId, token },
    };
    const command = StartPhase.schema.parse({ executionId, phaseId, sessionId, runner, leg });
    await this.executions.update(executionId, context, (execution) => startPhase(execution, command));
  }
}
