import { Module } from '@nestjs/common';
import { DeadLetters } from '@syntropic/messaging';
import { Background, hourly, InjectLog, InjectNats } from '@syntropic/service';
import { EventBuffer, PostgresTelemetryStore } from '@syntropic/telemetry';
import type { NatsConnection } from 'nats';
import { Pool } from 'pg';
import type { Logger } from 'pino';
import { BatchConsumer } from './batch.consumer';
import { BatchMetrics } from './batch.metrics';

/** From the bus into the store, and from there to live streams. */
@Module({})
export class TelemetryModule {
  constructor(background: Background, pool: Pool, @InjectNats() nats: NatsConnection, @InjectLog() log: Logger) {
    const store = new PostgresTelemetryStore(pool);
    const letters = new DeadLetters(pool, nats, 'observability-collector');
    const consumer = new BatchConsumer({
      nats,
      buffer: new EventBuffer(store),
      observer: new BatchMetrics(log),
      bury: (message, reason) => letters.bury(message, reason),
    });

    background.add('telemetry batches', (signal) => consumer.run(signal));
    // Room for the days ahead, and none for those that have aged.
    background.add(
      'telemetry partitions',
      hourly(() => store.maintain()),
    );
  }
}
