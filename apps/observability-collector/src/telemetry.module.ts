import { Inject, Module } from '@nestjs/common';
import { Background } from '@syntropic/service';
import { DeadLetters } from '@syntropic/messaging';
import { EventBuffer, PostgresTelemetryStore } from '@syntropic/telemetry';
import type { NatsConnection } from 'nats';
import type { Pool } from 'pg';
import { BatchConsumer } from './batch.consumer';
import { BatchMetrics } from './batch.metrics';
import { NATS, POOL } from './connections.module';
import { keepPartitions } from './partitions';

@Module({
  providers: [
    Background,
    BatchMetrics,
    { provide: PostgresTelemetryStore, inject: [POOL], useFactory: (pool: Pool) => new PostgresTelemetryStore(pool) },
    {
      provide: BatchConsumer,
      inject: [NATS, POOL, PostgresTelemetryStore, BatchMetrics],
      useFactory: (nats: NatsConnection, pool: Pool, store: PostgresTelemetryStore, observer: BatchMetrics) => {
        const letters = new DeadLetters(pool, nats, 'observability-collector');
        const bury = letters.bury.bind(letters);
        return new BatchConsumer({ nats, buffer: new EventBuffer(store), observer, bury });
      },
    },
  ],
  exports: [Background, BatchConsumer],
})
export class TelemetryModule {
  constructor(
    @Inject(Background) background: Background,
    @Inject(BatchConsumer) consumer: BatchConsumer,
    @Inject(PostgresTelemetryStore) store: PostgresTelemetryStore,
  ) {
    background.add('telemetry batches', (signal) => consumer.run(signal));
    background.add('telemetry partitions', (signal) => keepPartitions(store, signal));
  }
}
