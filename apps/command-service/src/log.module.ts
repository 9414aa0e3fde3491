import { Module } from '@nestjs/common';
import { contextOfAggregate } from '@syntropic/context';
import { EventStoreModule, PostgresEventLog, Relay } from '@syntropic/event-store';
import { LOG_APPENDED } from '@syntropic/messaging';
import { Background, InjectLog, InjectNats, NATS } from '@syntropic/service';
import type { Logger } from 'pino';
import type { NatsConnection } from 'nats';
import { Pool } from 'pg';
import { config } from './command-service.config';
import { CONTEXTS } from './contexts';

/** The log, and the relay that publishes it on the bus. */
@Module({
  imports: [
    EventStoreModule.forRoot({
      inject: [Pool, NATS],
      useFactory: (pool: Pool, nats: NatsConnection) => ({
        pool,
        onAppended: () => {
          if (!nats.isClosed() && !nats.isDraining()) nats.publish(LOG_APPENDED);
        },
      }),
    }),
  ],
})
export class LogModule {
  constructor(
    background: Background,
    pool: Pool,
    events: PostgresEventLog,
    @InjectNats() nats: NatsConnection,
    @InjectLog() log: Logger,
  ) {
    const relay = new Relay(pool, events, nats, {
      contextOf: contextOfAggregate(CONTEXTS),
      replicas: config.NATS_REPLICAS,
      onFault: (error) => {
        log.warn({ error }, 'the relay failed and is restarted');
      },
    });
    background.add('relay', (signal) => relay.run(signal));
  }
}
