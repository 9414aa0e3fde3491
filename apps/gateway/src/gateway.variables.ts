import { objectVariables, withObjects } from '@syntropic/object-storage';
import { z } from 'zod';

const listed = (list: string): string[] => list.split(',').flatMap((each) => each.trim().toLowerCase() || []);

export const variables = withObjects(
  z.object({
    PORT: z.coerce.number().int().min(0).max(65_535).default(8137),
    HOST: z.string().default('127.0.0.1'),
    /** Host names under which other machines reach the gateway, separated by commas; they are served once a key exists. */
    PUBLIC_HOSTS: z
      .string()
      .default('')
      .transform(listed)
      .pipe(z.array(z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?$/, 'is no host name without a port'))),
    /** Origins of further web pages that may use the API, separated by commas. */
    ALLOWED_ORIGINS: z
      .string()
      .default('')
      .transform(listed)
      .pipe(z.array(z.url({ protocol: /^https?$/ }).refine((url) => new URL(url).origin === url, 'is no origin'))),
    /** Requests of a caller per minute, where its key says nothing else. */
    REQUESTS_PER_MINUTE: z.coerce.number().int().min(1).max(1_000_000).default(6_000),
    DATABASE_URL: z.url(),
    NATS_URL: z.string().min(1),
    REDIS_URL: z.url().optional(),
    ...objectVariables,
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  }),
);
