import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { KeyDirectory } from '@syntropic/access';
import { NATS } from '@syntropic/service';
import { EventBuffer, SessionPlaces, USUAL_RETENTION, type Retention } from '@syntropic/telemetry';
import type { NatsConnection } from 'nats';
import { Pool } from 'pg';
import { BatchMetrics } from '../batch.metrics';
import { LiveFrames } from '../live-frames';
import { TelemetryModule } from '../telemetry.module';
import { EventsController } from './events.controller';
import { FactIntake } from './fact-intake';
import { HooksController } from './hooks.controller';
import { GATE_SETTINGS, IngestGate, type GateSettings } from './ingest-gate';
import { IngestStats } from './ingest-stats';
import { KeyUpdates } from './key-updates';
import { OtlpController } from './otlp.controller';
import { ProblemFilter } from './problem.filter';
import { RequestBodies } from './request-bodies';
import { StatsController } from './stats.controller';

/** Telemetry that others report over HTTP. */
@Module({})
export class IngestModule {
  static of(settings: GateSettings, retention: Retention = USUAL_RETENTION): DynamicModule {
    return {
      module: IngestModule,
      imports: [TelemetryModule.of(retention)],
      controllers: [EventsController, HooksController, OtlpController, StatsController],
      providers: [
        { provide: GATE_SETTINGS, useValue: settings },
        { provide: KeyDirectory, inject: [Pool], useFactory: (pool: Pool) => new KeyDirectory(pool) },
        { provide: SessionPlaces, inject: [Pool], useFactory: (pool: Pool) => new SessionPlaces(pool) },
        { provide: FactIntake, inject: [EventBuffer, SessionPlaces, NATS, BatchMetrics], useFactory: factIntake },
        { provide: APP_FILTER, useClass: ProblemFilter },
        RequestBodies,
        IngestStats,
        KeyUpdates,
        IngestGate,
      ],
    };
  }
}

function factIntake(buffer: EventBuffer, places: SessionPlaces, nats: NatsConnection, metrics: BatchMetrics) {
  const frames = new LiveFrames(nats, (message, fault) => {
    metrics.frameFault(message, fault);
  });
  return new FactIntake({
    buffer,
    places,
    onStored: (batch) => {
      metrics.stored(batch);
    },
    publish: (stored) => {
      frames.publish(stored);
    },
  });
}
