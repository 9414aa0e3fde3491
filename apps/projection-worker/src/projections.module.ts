import { Module, type DynamicModule } from '@nestjs/common';
import { READ_MODELS } from '@syntropic/catalogue/read-model';
import { LogReader, PostgresEventLog } from '@syntropic/event-store';
import { createRedis, ProjectionRunner, RowCache } from '@syntropic/projections';
import { NATS } from '@syntropic/service';
import type { Redis } from 'ioredis';
import type { NatsConnection } from 'nats';
import { Pool } from 'pg';
import { CacheConnection, REDIS } from './cache';
import { LiveFeed } from './live-feed';
import { ProjectionReports } from './projection-reports';
import { ProjectionsTask } from './projections.task';

/** A batch costs the store about the same for one event as for ten, and readers do not notice so little. */
const PACE = { times: 5, leastMs: 40, mostMs: 200 };

export type ProjectionsOptions = Readonly<{
  /** Absent: nothing is cached. */
  REDIS_URL?: string | undefined;
}>;

/** The projections of this worker, and the connections they need. */
@Module({})
export class ProjectionsModule {
  static of({ REDIS_URL }: ProjectionsOptions): DynamicModule {
    return {
      module: ProjectionsModule,
      providers: [
        { provide: REDIS, useFactory: () => REDIS_URL && createRedis(REDIS_URL) },
        { provide: RowCache, inject: [REDIS], useFactory: (redis?: Redis) => redis && new RowCache(redis) },
        { provide: LogReader, inject: [Pool, NATS, ProjectionReports], useFactory: logReader },
        { provide: ProjectionRunner, inject: [Pool, LogReader, ProjectionReports, RowCache], useFactory: runner },
        LiveFeed,
        ProjectionReports,
        ProjectionsTask,
        CacheConnection,
      ],
    };
  }
}

function logReader(pool: Pool, nats: NatsConnection, reports: ProjectionReports): LogReader {
  const onFault = (error: unknown) => {
    reports.fault('the log cannot be read', error);
  };
  return new LogReader(new PostgresEventLog(pool), nats, { onFault, pace: PACE });
}

function runner(pool: Pool, reader: LogReader, reports: ProjectionReports, cache?: RowCache): ProjectionRunner {
  return new ProjectionRunner({
    pool,
    log: new PostgresEventLog(pool),
    reader,
    projections: READ_MODELS,
    ...(cache && { cache }),
    announce: reports.advanced,
    onFault: (message, error) => {
      reports.fault(message, error);
    },
  });
}
