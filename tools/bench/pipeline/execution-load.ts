import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Platform } from '../platform';
import type { Workload } from './workflows';

const LOOK_EVERY_MS = 500;

const Active = z.array(z.unknown());
const Runs = z.object({
  runs: z.array(
    z.object({ status: z.string(), started_at: z.coerce.date(), completed_at: z.coerce.date().nullable() }),
  ),
});
export type Run = z.output<typeof Runs>['runs'][number];

/** Starts this many executions at once and waits until all have completed; resolves with executions per second. */
export async function executionLoad(platform: Platform, { workflowId }: Workload, executions: number): Promise<number> {
  await Promise.all(Array.from({ length: executions }, () => platform.execute(workflowId)));
  while (Active.parse(await platform.api.get('/api/workflows/executions/active?limit=1')).length > 0) {
    await pause(LOOK_EVERY_MS);
  }
  const { runs } = Runs.parse(await platform.api.get(`/api/workflows/${workflowId}/runs?limit=${executions}`));
  return executionsPerSecond(runs);
}

/** From the first start to the last end, as the events were recorded. */
export function executionsPerSecond(runs: readonly Run[]): number {
  const ends = runs.map(({ status, completed_at }) => {
    if (status !== 'completed' || !completed_at) throw new Error(`an execution is ${status}`);
    return completed_at.getTime();
  });
  const starts = runs.map(({ started_at }) => started_at.getTime());
  return (1_000 * runs.length) / (Math.max(...ends) - Math.min(...starts));
}
