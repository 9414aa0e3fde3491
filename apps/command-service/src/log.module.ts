import { Module } from '@nestjs/common';
import { contextOfAggregate } from '@syntropic/context';
import { EventStoreModule, PostgresEventLog, RecentEvents, Relay } from '@syntropic/event-store';
import { LOG_APPENDED } from '@syntropic/messaging';
import { LOG, NATS } from '@syntropic/service';
import type { Logger } from 'pino';
import type { NatsConnection } from 'nats';
import { Pool } from 'pg';
import { config } from './command-service.config';
import { CONTEXTS } from './contexts';
import { RelayTask } from './relay.task';

/** The log, and the relay that publishes it on the bus. */
@Module({
  imports: [EventStoreModule.forRoot({ inject: [Pool, NATS], useFactory: eventStore })],
  providers: [
    { provide: Relay, inject: [Pool, PostgresEventLog, RecentEvents, NATS, LOG], useFactory: relay },
    RelayTask,
  ],
})
export class LogModule {}

function eventStore(pool: Pool, nats: NatsConnection) {
  const wakeOthers = () => {
    if (!nats.isClosed() && !nats.isDraining()) nats.publish(LOG_APPENDED);
  };
  return { pool, wakeOthers };
}

type RelayParts = readonly [
  pool: Pool,
  events: PostgresEventLog,
  recent: RecentEvents,
  nats: NatsConnection,
  log: Logger,
];

function relay(...[pool, events, recent, nats, log]: RelayParts): Relay {
  const onFault = (error: unknown) => {
    log.warn({ error }, 'the relay failed and is restarted');
  };
  return new Relay(pool, events, nats, {
    contextOf: contextOfAggregate(CONTEXTS),
    replicas: config.NATS_REPLICAS,
    recent,
    onFault,
  });
}
