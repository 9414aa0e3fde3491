import { AgentSession } from '@syntropic/agent-sessions/domain';
import { Artifact } from '@syntropic/artifacts/domain';
import { WorkflowExecution, WorkflowTemplate, Workspace } from '@syntropic/orchestration/domain';

const AGGREGATES = [WorkflowTemplate, WorkflowExecution, Workspace, AgentSession, Artifact];

const CONTEXTS: ReadonlyMap<string, string> = new Map(AGGREGATES.map(({ name, context }) => [name, context]));

/** Which bounded context an aggregate's stream belongs to: the first token of its events' subjects. */
export function contextOf(aggregate: string): string {
  const context = CONTEXTS.get(aggregate);
  if (!context) throw new Error(`no context is known to have the aggregate ${aggregate}`);
  return context;
}
