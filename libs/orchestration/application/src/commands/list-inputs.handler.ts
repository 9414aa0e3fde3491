import { InjectAggregates } from '@syntropic/event-store';
import type { Aggregates, Command, ReplyOf } from '@syntropic/kernel';
import { Handles, type Handler } from '@syntropic/messaging';
import { work, type ExecutionEvent } from '@syntropic/orchestration/contracts';
import { inputPageOf, WorkflowExecution } from '@syntropic/orchestration/domain';

type ListInputs = typeof work.ListInputs;

@Handles(work.ListInputs)
export class ListInputsHandler implements Handler<ListInputs> {
  constructor(
    @InjectAggregates(WorkflowExecution)
    private readonly executions: Aggregates<WorkflowExecution, ExecutionEvent>,
  ) {}

  async execute({ data }: Command<ListInputs>): Promise<ReplyOf<ListInputs>> {
    const { state } = await this.executions.load(data.executionId);
    return inputPageOf(state, data);
  }
}
