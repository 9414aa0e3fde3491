import { Module, type DynamicModule } from '@nestjs/common';
import { DeadLetters } from '@syntropic/messaging';
import { NATS } from '@syntropic/service';
import {
  EventBuffer,
  PostgresTelemetryStore,
  Quarantine,
  type Retention,
  type TelemetryStore,
} from '@syntropic/telemetry';
import type { NatsConnection } from 'nats';
import { Pool } from 'pg';
import { BatchConsumer } from './batch.consumer';
import { BatchMetrics } from './batch.metrics';
import { TELEMETRY_STORE, TelemetryTasks } from './telemetry.tasks';

/** From the bus into the store, and from there to live streams. */
@Module({
  providers: [
    { provide: EventBuffer, inject: [TELEMETRY_STORE], useFactory: (store: TelemetryStore) => new EventBuffer(store) },
    {
      provide: DeadLetters,
      inject: [Pool, NATS],
      useFactory: (pool: Pool, nats: NatsConnection) => new DeadLetters(pool, nats, 'observability-collector'),
    },
    {
      provide: Quarantine,
      inject: [Pool, TELEMETRY_STORE],
      useFactory: (pool: Pool, store: TelemetryStore) => new Quarantine(pool, store),
    },
    {
      provide: BatchConsumer,
      inject: [NATS, EventBuffer, BatchMetrics, DeadLetters, Quarantine],
      useFactory: batchConsumer,
    },
    BatchMetrics,
    TelemetryTasks,
  ],
  exports: [EventBuffer, BatchMetrics],
})
export class TelemetryModule {
  /** The module with a store that keeps telemetry so long. */
  static of(retention: Retention): DynamicModule {
    const useFactory = (pool: Pool) => new PostgresTelemetryStore(pool, retention);
    return { module: TelemetryModule, providers: [{ provide: TELEMETRY_STORE, inject: [Pool], useFactory }] };
  }
}

type ConsumerParts = readonly [
  nats: NatsConnection,
  buffer: EventBuffer,
  observer: BatchMetrics,
  letters: DeadLetters,
  quarantine: Quarantine,
];

function batchConsumer(...[nats, buffer, observer, letters, quarantine]: ConsumerParts) {
  return new BatchConsumer({
    nats,
    buffer,
    observer,
    bury: (message, reason) => letters.bury(message, reason),
    replay: (ids) => quarantine.replayEach(ids),
  });
}
