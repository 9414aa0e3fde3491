import { InjectAggregates } from '@syntropic/event-store';
import type { Aggregates, Command, ReplyOf } from '@syntropic/kernel';
import { Handles, type Handler } from '@syntropic/messaging';
import { work, type ExecutionEvent } from '@syntropic/orchestration/contracts';
import { messagePageOf, WorkflowExecution } from '@syntropic/orchestration/domain';
import { WorkQueue } from '@syntropic/work';
import { checkLease } from './checked-lease';

type ListMessages = typeof work.ListMessages;

@Handles(work.ListMessages)
export class ListMessagesHandler implements Handler<ListMessages> {
  constructor(
    @InjectAggregates(WorkflowExecution)
    private readonly executions: Aggregates<WorkflowExecution, ExecutionEvent>,
    private readonly queue: WorkQueue,
  ) {}

  /** @throws DomainError `work.lease_lost` for a lease that no longer holds a session of the execution */
  async execute({ data, context: { lease } }: Command<ListMessages>): Promise<ReplyOf<ListMessages>> {
    await checkLease(this.queue, lease, data.executionId);
    const { state } = await this.executions.load(data.executionId);
    return messagePageOf(state, data);
  }
}
