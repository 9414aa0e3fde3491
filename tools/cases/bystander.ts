import { simulated, workflow, type Platform } from '@syntropic/e2e';
import { z } from 'zod';

const WORKFLOW = 'bystander';
const PAUSE_MS = 250;
/** A list that takes longer stands still; the machine of a spec may be busy. */
const LIST_MS = 5_000;

const Projections = z.object({ projections: z.array(z.looseObject({ name: z.string(), status: z.string() })) });

export const createBystander = (platform: Platform): Promise<void> =>
  platform.createWorkflow(workflow(WORKFLOW, simulated('turns: 4, tools_per_turn: 1, delay_ms: 100')));

/** Runs an ordinary execution beside the work: it must complete, and every request about it must be answered. */
export async function withBystander<Result>(platform: Platform, work: () => Promise<Result>): Promise<Result> {
  const id = await platform.execute(WORKFLOW);
  const ended = new AbortController();
  const watch = watched(platform, id, ended.signal);
  try {
    return await work();
  } finally {
    ended.abort();
    await watch;
    await platform.reaches(id, 'completed');
    await expectNoReadModelStopped(platform);
  }
}

async function watched(platform: Platform, id: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    expect((await platform.get(`/api/executions/${id}`)).status).toBe(200);
    const list = await fetch(`${platform.url}/api/executions`, { signal: AbortSignal.timeout(LIST_MS) });
    expect(list.status).toBe(200);
    await list.arrayBuffer();
    expect((await fetch(platform.service('agent-runner').healthUrl)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

async function expectNoReadModelStopped(platform: Platform): Promise<void> {
  const { body } = await platform.get('/api/operator/projections');
  const { projections } = Projections.parse(body);
  expect(projections.filter(({ status }) => status !== 'live')).toEqual([]);
}
