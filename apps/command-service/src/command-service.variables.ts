import { serviceVariables } from '@syntropic/service';
import { z } from 'zod';

export const variables = z.object({
  ...serviceVariables,
  DATABASE_URL: z.url(),
  /** How many servers keep each stream: 1, in clusters 3. */
  NATS_REPLICAS: z.coerce.number().int().min(1).max(5).default(1),
});
