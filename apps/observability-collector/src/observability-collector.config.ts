import { env } from '@syntropic/config';
import { z } from 'zod';

const Config = z.object({
  DATABASE_URL: z.url(),
  NATS_URL: z.string().min(1),
  HOST: z.string().default('127.0.0.1'),
  /** 0: any free one. */
  HEALTH_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});
export type CollectorConfig = Readonly<z.infer<typeof Config>>;

export const collectorConfig = (): CollectorConfig => env(Config);
