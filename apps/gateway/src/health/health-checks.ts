import type { Checks } from '@syntropic/observability';
import type { Redis } from 'ioredis';
import type { NatsConnection } from 'nats';
import type { Pool } from 'pg';

/** Without the store or the bus nothing can be asked or changed; without the cache it is slower. */
export const healthChecks = (pool: Pool, nats: NatsConnection, redis: Redis | undefined): Checks => ({
  store: { check: () => pool.query('select') },
  bus: { check: () => nats.flush() },
  ...(redis && { cache: { check: () => redis.ping(), optional: true } }),
});
