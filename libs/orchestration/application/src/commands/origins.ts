import type { Aggregates } from '@syntropic/kernel';
import type { ExecutionEvent } from '@syntropic/orchestration/contracts';
import { originIds, type Origins, type WorkflowExecution } from '@syntropic/orchestration/domain';

/** Loads the executions in which phases ran that this one has taken over. */
export async function originsOf(
  execution: WorkflowExecution,
  executions: Aggregates<WorkflowExecution, ExecutionEvent>,
): Promise<Origins> {
  const ids = originIds(execution);
  return new Map(await Promise.all(ids.map(async (id) => [id, (await executions.load(id)).state] as const)));
}
