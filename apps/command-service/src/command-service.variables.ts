import { serviceVariables } from '@syntropic/service';
import { z } from 'zod';

export const variables = z.object({
  ...serviceVariables,
  DATABASE_URL: z.url(),
  /** The number of servers that keep each stream: 1, or 3 in a cluster. */
  NATS_REPLICAS: z.coerce.number().int().min(1).max(5).default(1),
});
