import { Module } from '@nestjs/common';
import { READ_MODELS } from '@syntropic/catalogue/read-model';
import { checkFilled, projectionParts } from '@syntropic/projections';
import { ServiceModule } from '@syntropic/service';
import { config } from './projection-worker.config';
import { ProjectionsModule } from './projections.module';

@Module({
  imports: [
    ServiceModule.of({
      name: 'projection-worker',
      natsUrl: config.NATS_URL,
      databaseUrl: config.DATABASE_URL,
      parts: projectionParts,
      checks: { read_models: (store) => checkFilled(store, READ_MODELS) },
    }),
    ProjectionsModule.of(config),
  ],
})
export class AppModule {}
