import { READ_MODELS } from '@syntropic/catalogue/read-model';
import { LogReader, PostgresEventLog } from '@syntropic/event-store';
import { classifyStoreError } from '@syntropic/postgres';
import { ProjectionRunner, RowCache } from '@syntropic/projections';
import type { Redis } from 'ioredis';
import type { NatsConnection } from 'nats';
import { setTimeout } from 'node:timers/promises';
import type { Pool } from 'pg';

const RESTART_MS = 100;

/** Keeps the read models of the gateway level with the log until the signal; starts again where a busy store has not let it connect. */
export async function project(pool: Pool, nats: NatsConnection, cache: Redis, signal: AbortSignal): Promise<void> {
  const log = new PostgresEventLog(pool);
  const runner = new ProjectionRunner({
    pool,
    log,
    reader: new LogReader(log, nats),
    projections: READ_MODELS,
    cache: new RowCache(cache),
  });
  for (;;) {
    try {
      await runner.run(signal);
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (classifyStoreError(error) !== 'unavailable') throw error;
      await setTimeout(RESTART_MS);
    }
  }
}
