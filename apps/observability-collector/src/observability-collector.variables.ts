import { serviceVariables } from '@syntropic/service';
import { z } from 'zod';
import { isRetention, retentionVariables } from './retention.variables';

const { HEALTH_PORT: port, ...others } = serviceVariables;

export const variables = z
  .object({
    ...others,
    ...retentionVariables,
    /** The port of telemetry over HTTP, and of health checks and metrics. */
    PORT: port,
    DATABASE_URL: z.url(),
    /** Host names under which other machines reach the collector, separated by commas; they are served once a key exists. */
    PUBLIC_HOSTS: z
      .string()
      .default('')
      .transform((list) => list.split(',').flatMap((each) => each.trim().toLowerCase() || []))
      .pipe(z.array(z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?$/, 'is no host name without a port'))),
    /** Requests of a key per minute to this process, where the key says nothing else. */
    REQUESTS_PER_MINUTE: z.coerce.number().int().min(1).max(1_000_000).default(6_000),
  })
  .superRefine(isRetention);
