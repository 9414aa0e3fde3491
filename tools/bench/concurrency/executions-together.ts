import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Platform } from '../platform';
import type { Workload } from '../pipeline/workflows';

const LOOK_EVERY_MS = 500;
/** Executions that have not ended by then are lost. */
const PATIENCE_MS = 300_000;

const Runs = z.object({ runs: z.array(z.object({ status: z.string() })) });
const Active = z.array(z.unknown());

export type Together = Readonly<{
  /** Executions that have not completed. */
  lost: number;
  /** Milliseconds from each request to pause or resume until its answer. */
  answers: readonly number[];
}>;

/** Starts this many executions at once, pauses and resumes some of them, and waits until all have ended. */
export async function executionsTogether(
  platform: Platform,
  { workflowId }: Workload,
  { executions, controlled = 0 }: Readonly<{ executions: number; controlled?: number }>,
): Promise<Together> {
  const ids = await Promise.all(Array.from({ length: executions }, () => platform.execute(workflowId)));
  const answers = await Promise.all(ids.slice(0, controlled).map((id) => pauseAndResume(platform, id)));
  const statuses = await ended(platform, workflowId, executions);
  return { lost: executions - statuses.filter((status) => status === 'completed').length, answers: answers.flat() };
}

/** Pauses at the first tool, resumes when the pause is a fact, and returns the time of each answer. */
async function pauseAndResume(platform: Platform, id: string): Promise<readonly number[]> {
  const answers: number[] = [];
  const ask = async (action: 'pause' | 'resume') => {
    const since = performance.now();
    await platform.api.post(`/api/executions/${id}/${action}`, 'application/json', '{}');
    answers.push(performance.now() - since);
  };
  for await (const { event } of platform.frames(id)) {
    if (event === 'tool_execution_started' && answers.length === 0) await ask('pause');
    else if (event === 'ExecutionPaused') await ask('resume');
  }
  return answers;
}

/** The statuses of all executions when none is active, or at the end of patience. */
async function ended(platform: Platform, workflowId: string, executions: number): Promise<readonly string[]> {
  const since = performance.now();
  while (await isActive(platform)) {
    if (performance.now() - since > PATIENCE_MS) break;
    await pause(LOOK_EVERY_MS);
  }
  const { runs } = Runs.parse(await platform.api.get(`/api/workflows/${workflowId}/runs?limit=${executions}`));
  return runs.map(({ status }) => status);
}

const isActive = async ({ api }: Platform): Promise<boolean> =>
  Active.parse(await api.get('/api/workflows/executions/active?limit=1')).length > 0;
