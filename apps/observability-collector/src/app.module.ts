import { Module } from '@nestjs/common';
import { ServiceModule } from '@syntropic/service';
import { IngestModule } from './ingest/ingest.module';
import { config } from './observability-collector.config';
import { retentionOf } from './retention.variables';

@Module({
  imports: [
    ServiceModule.of({
      name: 'observability-collector',
      natsUrl: config.NATS_URL,
      databaseUrl: config.DATABASE_URL,
    }),
    IngestModule.of(
      { publicHosts: config.PUBLIC_HOSTS, requestsPerMinute: config.REQUESTS_PER_MINUTE },
      retentionOf(config),
    ),
  ],
})
export class AppModule {}
