import { z } from 'zod';
import { endpoint } from '../http/endpoint';

const SystemHealth = z
  .object({
    status: z.enum(['healthy', 'unhealthy']),
    mode: z.enum(['full', 'degraded']),
    degraded_reasons: z.array(z.string()).optional().meta({
      description:
        'Servers that do not answer, or answer without doing their work: `store`, `store_writes` (its disk is full), `bus`, `jetstream` (off, or its volume is full), `cache`.',
    }),
    degraded: z
      .array(z.object({ part: z.string(), name: z.string(), since: z.string(), why: z.string() }))
      .meta({ description: 'Parts of the platform that stand still: projections, processes, timers, the relay.' }),
    subscription: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'HealthResponse' });
export type SystemHealth = z.infer<typeof SystemHealth>;

export const readHealth = endpoint({
  method: 'GET',
  path: '/health',
  access: 'public',
  summary: 'The health of the platform; answered also when it is bad',
  reply: SystemHealth,
});
