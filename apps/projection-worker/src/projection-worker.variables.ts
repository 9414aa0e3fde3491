import { serviceVariables } from '@syntropic/service';
import { z } from 'zod';

export const variables = z.object({
  ...serviceVariables,
  DATABASE_URL: z.url(),
  /** Absent: nothing is cached. */
  REDIS_URL: z.url().optional(),
});
