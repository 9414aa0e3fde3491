import { InjectAggregates } from '@syntropic/event-store';
import { type Aggregates, type Command, type ReplyOf } from '@syntropic/kernel';
import { Handles, type Handler } from '@syntropic/messaging';
import { work, type ExecutionEvent } from '@syntropic/orchestration/contracts';
import { inputPageOf, WorkflowExecution } from '@syntropic/orchestration/domain';
import { WorkQueue } from '@syntropic/work';
import { checkLease } from './checked-lease';
import { originsOf } from './origins';

type ListInputs = typeof work.ListInputs;

@Handles(work.ListInputs)
export class ListInputsHandler implements Handler<ListInputs> {
  constructor(
    @InjectAggregates(WorkflowExecution)
    private readonly executions: Aggregates<WorkflowExecution, ExecutionEvent>,
    private readonly queue: WorkQueue,
  ) {}

  /** @throws DomainError `work.lease_lost` for a lease that no longer holds a session of the execution */
  async execute({ data, context: { lease } }: Command<ListInputs>): Promise<ReplyOf<ListInputs>> {
    await checkLease(this.queue, lease, data.executionId);
    const { state } = await this.executions.load(data.executionId);
    return inputPageOf(state, data, await originsOf(state, this.executions));
  }
}
