import { runService } from '@syntropic/service';
import { AppModule } from './app.module';
import { config } from './observability-collector.config';

void runService({ name: 'observability-collector', module: AppModule, port: config.HEALTH_PORT, host: config.HOST });
