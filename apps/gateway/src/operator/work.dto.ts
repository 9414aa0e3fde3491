import { z } from 'zod';

const Runner = z
  .object({
    runner_id: z.string(),
    seen_at: z.string(),
    is_present: z.boolean().meta({ description: 'Whether it is given work: it was seen within a minute.' }),
    slots: z.int().meta({ description: 'The sessions that it may run at the same time; 0 while it drains.' }),
    running: z.int(),
    parked: z.int().meta({ description: 'Paused sessions whose workspaces it keeps without a slot.' }),
    backends: z.array(z.string()),
    providers: z.array(z.string()),
    agents: z
      .record(z.string(), z.union([z.object({ version: z.string() }), z.object({ missing: z.string() })]))
      .meta({ description: 'The programs of agents that it has looked for, by provider.' }),
  })
  .meta({ id: 'RunnerState' });

const Queue = z
  .object({
    backend: z.string(),
    provider: z.string(),
    sessions: z.int(),
    oldest_queued_at: z.string(),
    is_served: z.boolean().meta({ description: 'Whether a runner that is present runs such sessions.' }),
  })
  .meta({ id: 'QueuedSessions' });

export const WorkState = z
  .object({
    runners: z.array(Runner).meta({ description: 'The newest 500 of those seen within a day.' }),
    queued: z
      .array(Queue)
      .meta({ description: 'Sessions that wait for a runner, those that have waited longest first.' }),
  })
  .meta({ id: 'WorkState' });
