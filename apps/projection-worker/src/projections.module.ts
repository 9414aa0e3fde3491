import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { LogReader, PostgresEventLog } from '@syntropic/event-store';
import { announceOver, createRedis, ProjectionRunner, RowCache } from '@syntropic/projections';
import { Background, InjectLog, InjectNats } from '@syntropic/service';
import type { Redis } from 'ioredis';
import type { NatsConnection } from 'nats';
import { Pool } from 'pg';
import type { Logger } from 'pino';
import { LiveFeed } from './live-feed';
import { config } from './projection-worker.config';
import { CONTEXTS } from './contexts';

/** Keeps this worker's share of the read models level with the log. */
@Module({})
export class ProjectionsModule implements OnApplicationShutdown {
  private readonly redis: Redis | undefined = config.REDIS_URL ? createRedis(config.REDIS_URL) : undefined;

  constructor(background: Background, pool: Pool, @InjectNats() nats: NatsConnection, @InjectLog() log: Logger) {
    const onFault = (message: string, error: unknown) => {
      log.warn({ error }, message);
    };
    const events = new PostgresEventLog(pool);
    const feed = new LiveFeed(pool, nats, (error) => {
      onFault('live frames were not sent', error);
    });
    const announce = announceOver(nats);

    const runner = new ProjectionRunner({
      pool,
      log: events,
      reader: new LogReader(events, nats, {
        onFault: (error) => {
          onFault('the log cannot be read', error);
        },
      }),
      projections: CONTEXTS.flat(),
      ...(this.redis && { cache: new RowCache(this.redis) }),
      announce: (checkpoint) => {
        announce(checkpoint);
        feed.advanced(checkpoint);
      },
      onFault,
    });
    background.add('projections', (signal) => runner.run(signal));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.redis?.quit().catch(() => undefined);
  }
}
