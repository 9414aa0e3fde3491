import { simulated, workflow, type Platform } from '@syntropic/e2e';
import { eventually } from '@syntropic/testing';
import { z } from 'zod';

/** Tool calls of each phase. */
export const TOOL_CALLS = 12;

/** A workflow of two phases whose agents print lines for a few seconds each. */
export const twoPhaseWorkflow = (id: string, delayMs = 100): string => {
  const agent = simulated(`turns: ${TOOL_CALLS}, tools_per_turn: 1, delay_ms: ${delayMs}`);
  return workflow(id, agent, agent);
};

const Session = z.object({ tool_call_count: z.number() });

/** The tool calls of each phase's latest session, as the API shows them. */
export async function toolCalls(platform: Platform, executionId: string): Promise<number[]> {
  const { phases } = await platform.execution(executionId);
  return Promise.all(
    phases.map(async ({ session_id }) => {
      const { body } = await platform.get(`/api/sessions/${session_id ?? ''}`);
      return Session.parse(body).tool_call_count;
    }),
  );
}

/** Waits until the execution has completed, retries it after each interruption, and returns the number of retries. */
export async function completeWithRetries(platform: Platform, executionId: string, within = 90_000): Promise<number> {
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
