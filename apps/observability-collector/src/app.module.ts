import { Module, type DynamicModule } from '@nestjs/common';
import { HealthModule, MetricsModule, type Checks } from '@syntropic/observability';
import { Background } from '@syntropic/service';
import type { NatsConnection } from 'nats';
import type { Pool } from 'pg';
import { BatchConsumer } from './batch.consumer';
import { ConnectionsModule, NATS, POOL } from './connections.module';
import type { CollectorConfig } from './observability-collector.config';
import { TelemetryModule } from './telemetry.module';

@Module({})
export class AppModule {
  static of(config: CollectorConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConnectionsModule.to(config),
        TelemetryModule,
        MetricsModule.register('observability-collector'),
        HealthModule.register({
          imports: [TelemetryModule],
          inject: [POOL, NATS, BatchConsumer, Background],
          checks: (pool: Pool, nats: NatsConnection, consumer: BatchConsumer, background: Background): Checks => ({
            store: { check: () => pool.query('select') },
            bus: { check: () => nats.flush() },
            batches: { check: () => consumer.check() },
            background: { check: () => background.check() },
          }),
        }),
      ],
    };
  }
}
