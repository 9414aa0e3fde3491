import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { retryOnConflict, InjectAggregates } from '@syntropic/event-store';
import type { Aggregates, Outcome } from '@syntropic/kernel';
import {
  StartExecution,
  type WorkflowExecutionEvent,
  type WorkflowTemplateEvent,
} from '@syntropic/orchestration/contracts';
import { startExecution, WorkflowExecution, WorkflowTemplate } from '@syntropic/orchestration/domain';
import { Runners } from '../ports/runners';

@CommandHandler(StartExecution)
export class StartExecutionHandler implements ICommandHandler<StartExecution, Outcome> {
  constructor(
    @InjectAggregates(WorkflowExecution)
    private readonly executions: Aggregates<WorkflowExecution, WorkflowExecutionEvent>,
    @InjectAggregates(WorkflowTemplate)
    private readonly templates: Aggregates<WorkflowTemplate, WorkflowTemplateEvent>,
    private readonly runners: Runners,
  ) {}

  /** Reads the template and the runners, writes the execution: of the template as it is at that moment. */
  execute(command: StartExecution): Promise<Outcome> {
    return retryOnConflict(() => this.start(command));
  }

  private async start(command: StartExecution): Promise<Outcome> {
    const [template, isCapable] = await Promise.all([
      this.templates.load(command.workflowId),
      this.runners.capabilities(),
    ]);

    return this.executions.update(
      command.executionId,
      command.context,
      (execution) => startExecution(execution, command, template.state, isCapable),
      [template],
    );
  }
}
