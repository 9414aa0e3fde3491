import { z } from 'zod';
import { endpoint } from '../http/endpoint';

const SystemHealth = z
  .object({
    status: z.enum(['healthy', 'unhealthy']),
    mode: z.enum(['full', 'degraded']),
    degraded_reasons: z.array(z.string()).optional(),
    subscription: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'HealthResponse' });
export type SystemHealth = z.infer<typeof SystemHealth>;

export const readHealth = endpoint({
  method: 'GET',
  path: '/health',
  summary: 'How the system is, also when it is not well',
  reply: SystemHealth,
});
