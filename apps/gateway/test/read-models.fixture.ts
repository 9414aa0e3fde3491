import { sessionProjection } from '@syntropic/agent-sessions/read-model';
import { artifactProjection } from '@syntropic/artifacts/read-model';
import { LogReader, PostgresEventLog } from '@syntropic/event-store';
import { executionFeedProjection, executionProjection, workflowProjection } from '@syntropic/orchestration/read-model';
import { ProjectionRunner, RowCache } from '@syntropic/projections';
import type { Redis } from 'ioredis';
import type { NatsConnection } from 'nats';
import type { Pool } from 'pg';

const PROJECTIONS = [
  workflowProjection,
  executionProjection,
  executionFeedProjection,
  sessionProjection,
  artifactProjection,
];

/** Keeps the read models of the gateway level with the log until the signal. */
export function project(pool: Pool, nats: NatsConnection, cache: Redis, signal: AbortSignal): Promise<void> {
  const log = new PostgresEventLog(pool);
  const runner = new ProjectionRunner({
    pool,
    log,
    reader: new LogReader(log, nats),
    projections: PROJECTIONS,
    catalogue: PROJECTIONS.flatMap(({ types }) => types),
    cache: new RowCache(cache),
  });
  return runner.run(signal);
}
