import { retryOnConflict } from '@syntropic/event-store';
import type { Aggregates, CommandContext, ExecutionId, Outcome } from '@syntropic/kernel';
import type { ExecutionEvent, WorkflowEvent } from '@syntropic/orchestration/contracts';
import {
  templateOf,
  type SourceFacts,
  type WorkflowExecution,
  type WorkflowTemplate,
} from '@syntropic/orchestration/domain';
import type { Runners } from '../ports/runners';

type Stores = Readonly<{
  executions: Aggregates<WorkflowExecution, ExecutionEvent>;
  templates: Aggregates<WorkflowTemplate, WorkflowEvent>;
  runners: Runners;
}>;

/** A command that starts an execution which goes on from another one. */
type Succeeding<Data> = Readonly<{ data: Data; context: CommandContext }>;

type Decide<Data> = (
  execution: WorkflowExecution,
  data: Data,
  source: WorkflowExecution,
  facts: SourceFacts,
) => readonly ExecutionEvent[];

/** One append to the new stream, which fails when the source has changed meanwhile: the decision is then repeated. */
export function succeed<Data extends Readonly<{ executionId: ExecutionId; sourceId: ExecutionId }>>(
  { executions, templates, runners }: Stores,
  { data, context }: Succeeding<Data>,
  decide: Decide<Data>,
): Promise<Outcome> {
  return retryOnConflict(async () => {
    const [source, isCapable] = await Promise.all([executions.load(data.sourceId), runners.capabilities()]);
    const from = templateOf(source.state);
    const template = from && (await templates.loadAt(from.workflowId, from.version)).state;

    return executions.update(
      data.executionId,
      context,
      (execution) => decide(execution, data, source.state, { template, isCapable }),
      [source],
    );
  });
}
