import { READ_MODELS } from '@syntropic/catalogue/read-model';
import { LogReader, PostgresEventLog } from '@syntropic/event-store';
import { ProjectionRunner, RowCache } from '@syntropic/projections';
import type { Redis } from 'ioredis';
import type { NatsConnection } from 'nats';
import type { Pool } from 'pg';

/** Keeps the read models of the gateway level with the log until the signal. */
export function project(pool: Pool, nats: NatsConnection, cache: Redis, signal: AbortSignal): Promise<void> {
  const log = new PostgresEventLog(pool);
  const runner = new ProjectionRunner({
    pool,
    log,
    reader: new LogReader(log, nats),
    projections: READ_MODELS,
    cache: new RowCache(cache),
  });
  return runner.run(signal);
}
