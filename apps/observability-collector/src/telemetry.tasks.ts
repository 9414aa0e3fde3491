import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Background, hourly } from '@syntropic/service';
import type { TelemetryStore } from '@syntropic/telemetry';
import { BatchConsumer } from './batch.consumer';

export const TELEMETRY_STORE = Symbol('TELEMETRY_STORE');

/** Consumes batches, and keeps the partitions of the store in order. */
@Injectable()
export class TelemetryTasks implements OnModuleInit {
  constructor(
    private readonly background: Background,
    private readonly consumer: BatchConsumer,
    @Inject(TELEMETRY_STORE) private readonly store: TelemetryStore,
  ) {}

  onModuleInit(): void {
    this.background.add('telemetry batches', (signal) => this.consumer.run(signal));
    // Creates the partitions of the days ahead, and drops expired ones.
    this.background.add(
      'telemetry partitions',
      hourly(() => this.store.maintain()),
    );
  }
}
