import { InjectAggregates, retryOnConflict } from '@syntropic/event-store';
import type { Aggregates, Command, Outcome } from '@syntropic/kernel';
import { Handles, type Handler } from '@syntropic/messaging';
import { workflowExecution, type ExecutionEvent, type WorkflowEvent } from '@syntropic/orchestration/contracts';
import { rerunExecution, templateOf, WorkflowExecution, WorkflowTemplate } from '@syntropic/orchestration/domain';
import { Runners } from '../ports/runners';

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

  /** One append to the new stream, which fails when the source was retried meanwhile: the decision is then repeated. */
  execute(command: Command<RerunExecution>): Promise<Outcome> {
    return retryOnConflict(() => this.#rerun(command));
  }

  async #rerun({ data, context }: Command<RerunExecution>): Promise<Outcome> {
    const [source, isCapable] = await Promise.all([this.executions.load(data.sourceId), this.runners.capabilities()]);
    const from = templateOf(source.state);
    const template = from && (await this.templates.loadAt(from.workflowId, from.version)).state;

    return this.executions.update(
      data.executionId,
      context,
      (execution) => rerunExecution(execution, data, source.state, { template, isCapable }),
      [source],
    );
  }
}
