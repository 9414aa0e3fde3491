import { runService } from '@syntropic/service';
import { setFlagsFromString } from 'node:v8';
import { AppModule } from './app.module';
import { takeRawBodies } from './ingest/raw-bodies';
import { config } from './observability-collector.config';

// Batches outlive collections of young objects, and V8 would let them add up to several times what is in use.
setFlagsFromString('--heap-growing-percent=60');

void runService({
  name: 'observability-collector',
  module: AppModule,
  port: config.PORT,
  host: config.HOST,
  prepare: takeRawBodies,
});
