import { InjectAggregates } from '@syntropic/event-store';
import type { Aggregates, Command, Outcome } from '@syntropic/kernel';
import { Handles, type Handler } from '@syntropic/messaging';
import { workflowExecution, type ExecutionEvent, type WorkflowEvent } from '@syntropic/orchestration/contracts';
import { rerunExecution, WorkflowExecution, WorkflowTemplate } from '@syntropic/orchestration/domain';
import { Runners } from '../ports/runners';
import { succeed } from './succession';

type RerunExecution = typeof workflowExecution.commands.RerunExecution;

@Handles(workflowExecution.commands.RerunExecution)
export class RerunExecutionHandler implements Handler<RerunExecution> {
  constructor(
    @InjectAggregates(WorkflowExecution)
    private readonly executions: Aggregates<WorkflowExecution, ExecutionEvent>,
    @InjectAggregates(WorkflowTemplate)
    private readonly templates: Aggregates<WorkflowTemplate, WorkflowEvent>,
    private readonly runners: Runners,
  ) {}

  execute(command: Command<RerunExecution>): Promise<Outcome> {
    const { executions, templates, runners } = this;
    return succeed({ executions, templates, runners }, command, rerunExecution);
  }
}
