import { InjectAggregates } from '@syntropic/event-store';
import type { Aggregates, Command, Outcome } from '@syntropic/kernel';
import { Handles, type Handler } from '@syntropic/messaging';
import { workflowExecution, type ExecutionEvent } from '@syntropic/orchestration/contracts';
import { reportLimit, WorkflowExecution } from '@syntropic/orchestration/domain';

const { ReportLimit } = workflowExecution.commands;

@Handles(ReportLimit)
export class ReportLimitHandler implements Handler<typeof ReportLimit> {
  constructor(
    @InjectAggregates(WorkflowExecution) private readonly executions: Aggregates<WorkflowExecution, ExecutionEvent>,
  ) {}

  /** The wait counts from here: the clock of a runner is not believed. */
  execute({ data, context }: Command<typeof ReportLimit>): Promise<Outcome> {
    const now = Date.now();
    return this.executions.update(data.executionId, context, (execution) => reportLimit(execution, data, now));
  }
}
