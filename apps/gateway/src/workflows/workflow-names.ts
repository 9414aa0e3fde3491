import { workflowProjection } from '@syntropic/orchestration/read-model';
import type { ReadModels } from '@syntropic/projections';

type OfWorkflow = Readonly<{ workflow_id: string }>;

/** The names of workflows by id, for rows that hold their ids. */
export async function workflowNames(
  reads: ReadModels,
  rows: readonly OfWorkflow[],
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(rows.map(({ workflow_id }) => workflow_id))];
  if (ids.length === 0) return new Map();

  const { rows: workflows } = await reads.page(workflowProjection, {
    where: { workflow_id: { in: ids } },
    limit: ids.length,
  });
  return new Map(workflows.map(({ workflow_id, name }) => [workflow_id, name]));
}
