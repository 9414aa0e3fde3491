import { z } from 'zod';

/** The environment variables that every service without an API reads. */
export const serviceVariables = {
  NATS_URL: z.string().min(1),
  /** The port of health checks and metrics. */
  HEALTH_PORT: z.coerce.number().int().min(1).max(65_535),
  /** Loopback unless the deployment says otherwise. */
  HOST: z.string().default('127.0.0.1'),
};
