import { Module } from '@nestjs/common';
import { ServiceModule } from '@syntropic/service';
import { config } from './observability-collector.config';
import { TelemetryModule } from './telemetry.module';

@Module({
  imports: [
    ServiceModule.of({
      name: 'observability-collector',
      natsUrl: config.NATS_URL,
      databaseUrl: config.DATABASE_URL,
    }),
    TelemetryModule,
  ],
})
export class AppModule {}
