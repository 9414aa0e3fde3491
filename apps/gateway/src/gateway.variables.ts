import { objectVariables, withObjects } from '@syntropic/object-storage';
import { z } from 'zod';

export const variables = withObjects(
  z.object({
    PORT: z.coerce.number().int().min(0).max(65_535).default(8137),
    /** Loopback only: there is no authentication yet. */
    HOST: z.string().default('127.0.0.1'),
    /** Origins of further web pages that may use the API, separated by commas. */
    ALLOWED_ORIGINS: z
      .string()
      .default('')
      .transform((list) => list.split(',').flatMap((origin) => origin.trim().toLowerCase() || []))
      .pipe(z.array(z.url({ protocol: /^https?$/ }).refine((url) => new URL(url).origin === url, 'is no origin'))),
    DATABASE_URL: z.url(),
    NATS_URL: z.string().min(1),
    REDIS_URL: z.url().optional(),
    ...objectVariables,
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  }),
);
