import { retryOnConflict, InjectAggregates } from '@syntropic/event-store';
import type { Aggregates, Command, Outcome } from '@syntropic/kernel';
import { Handles, type Handler } from '@syntropic/messaging';
import {
  GithubServer,
  workflowExecution,
  type ExecutionEvent,
  type WorkflowEvent,
} from '@syntropic/orchestration/contracts';
import { startExecution, WorkflowExecution, WorkflowTemplate } from '@syntropic/orchestration/domain';
import { Runners } from '../ports/runners';

type StartExecution = typeof workflowExecution.commands.StartExecution;

@Handles(workflowExecution.commands.StartExecution)
export class StartExecutionHandler implements Handler<StartExecution> {
  constructor(
    @InjectAggregates(WorkflowExecution)
    private readonly executions: Aggregates<WorkflowExecution, ExecutionEvent>,
    @InjectAggregates(WorkflowTemplate)
    private readonly templates: Aggregates<WorkflowTemplate, WorkflowEvent>,
    private readonly runners: Runners,
    private readonly github: GithubServer,
  ) {}

  /** Starts an execution of the template as it is now; a template that changes meanwhile repeats the decision. */
  execute(command: Command<StartExecution>): Promise<Outcome> {
    return retryOnConflict(() => this.#start(command));
  }

  async #start({ data, context }: Command<StartExecution>): Promise<Outcome> {
    const [template, isCapable] = await Promise.all([
      this.templates.load(data.workflowId),
      this.runners.capabilities(),
    ]);

    return this.executions.update(
      data.executionId,
      context,
      (execution) => startExecution(execution, data, template, { isCapable, github: this.github }),
      [template],
    );
  }
}
