import { runService } from '@syntropic/service';
import { AppModule } from './app.module';
import { takeRawBodies } from './ingest/raw-bodies';
import { config } from './observability-collector.config';

void runService({
  name: 'observability-collector',
  module: AppModule,
  port: config.PORT,
  host: config.HOST,
  prepare: takeRawBodies,
});
