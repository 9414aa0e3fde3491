import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { InjectAggregates } from '@syntropic/event-store';
import { derivedUuid, DomainError, type Aggregates, type CommandContext } from '@syntropic/kernel';
import {
  ClaimWork,
  StartPhase,
  type ClaimedWork,
  type WorkflowExecutionEvent,
} from '@syntropic/orchestration/contracts';
import { startPhase, WorkflowExecution, workOrderOf } from '@syntropic/orchestration/domain';
import { WorkQueue, type Work } from '@syntropic/work';

@CommandHandler(ClaimWork)
export class ClaimWorkHandler implements ICommandHandler<ClaimWork, ClaimedWork> {
  constructor(
    private readonly queue: WorkQueue,
    @InjectAggregates(WorkflowExecution)
    private readonly executions: Aggregates<WorkflowExecution, WorkflowExecutionEvent>,
  ) {}

  /**
   * The row is claimed first and the phase starts second: a runner that dies between the two loses its lease like any other.
   * Asked again under the same command id, both answer as before.
   */
  async execute({ runner, backends, providers, context }: ClaimWork): Promise<ClaimedWork> {
    const work = await this.queue.claim({ runner, backends, providers, claimId: context.commandId });
    if (!work) return { order: null };

    try {
      await this.start(work, runner, context);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      // A pause or an end that has not reached the row yet: it does, and decides what becomes of it.
      await this.queue.release(work, 'queued');
      return { order: null };
    }

    const { state } = await this.executions.load(work.executionId);
    return { order: { ...workOrderOf(state, work), token: work.token } };
  }

  private async start({ executionId, phaseId, sessionId, token, leg }: Work, runner: string, claim: CommandContext) {
    const command = new StartPhase(
      { executionId, phaseId, sessionId, runner, leg },
      {
        ...claim,
        commandId: derivedUuid(claim.commandId, 'start', sessionId, token),
        causationId: claim.commandId,
        executionId,
        lease: { sessionId, token },
      },
    );
    await this.executions.update(executionId, command.context, (execution) => startPhase(execution, command));
  }
}
