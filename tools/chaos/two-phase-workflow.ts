import { simulated, workflow, type Platform } from '@syntropic/e2e';
import { eventually } from '@syntropic/testing';
import { z } from 'zod';

/** Tool calls of each of a job's phases. */
export const TOOLS = 12;

/** Two phases whose agents speak for a few seconds each. */
export const job = (id: string, delayMs = 100): string => {
  const agent = simulated(`turns: ${TOOLS}, tools_per_turn: 1, delay_ms: ${delayMs}`);
  return workflow(id, agent, agent);
};

const Session = z.object({ tool_call_count: z.number() });

/** What each phase's session, the one that counts in the end, is said to have used. */
export async function toolCalls(platform: Platform, executionId: string): Promise<number[]> {
  const { phases } = await platform.execution(executionId);
  return Promise.all(
    phases.map(async ({ session_id }) => {
      const { body } = await platform.get(`/api/sessions/${session_id ?? ''}`);
      return Session.parse(body).tool_call_count;
    }),
  );
}

/** Waits for the end; an execution that is interrupted is retried, as its user would. Answers how often it was. */
export async function completes(platform: Platform, executionId: string, within = 90_000): Promise<number> {
  let interruptions = 0;
  await eventually(
    async () => {
      const { status } = await platform.execution(executionId);
      if (status === 'interrupted') {
        const retried = await platform.post(`/api/executions/${executionId}/retry`);
        if (retried.status === 200) interruptions++;
      }
      if (status !== 'completed') throw new Error(`${executionId} is ${status}`);
    },
    { within },
  );
  return interruptions;
}
