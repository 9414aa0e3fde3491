import { READ_MODELS } from '@syntropic/catalogue/read-model';
import { logParts, relayParts } from '@syntropic/event-store';
import type { Checks, PartSource } from '@syntropic/observability';
import { processParts } from '@syntropic/processes';
import { checkFilled, projectionParts } from '@syntropic/projections';
import { checkJetStream, checkStoreWrites } from '@syntropic/service';
import type { Redis } from 'ioredis';
import type { NatsConnection } from 'nats';
import type { Pool } from 'pg';

/**
 * The store and the bus are needed for every request, and the versions of read models that this build reads; without the cache reads are slower. Without streams, or room on the disk of the store,
 * reads work and changes wait.
 */
export const healthChecks = (pool: Pool, nats: NatsConnection, redis: Redis | undefined): Checks => ({
  store: { check: () => pool.query('select') },
  read_models: { check: () => checkFilled(pool, READ_MODELS) },
  store_writes: { check: () => checkStoreWrites(pool), optional: true },
  bus: { check: () => nats.flush() },
  jetstream: { check: () => checkJetStream(nats), optional: true },
  ...(redis && { cache: { check: () => redis.ping(), optional: true } }),
});

/** Every part of the platform: the gateway tells its clients of all of them. */
export const healthParts =
  (pool: Pool): PartSource =>
  async () =>
    (await Promise.all([logParts(pool), relayParts(pool), projectionParts(pool), processParts(pool)])).flat();
