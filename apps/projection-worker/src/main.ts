import { runService } from '@syntropic/service';
import { AppModule } from './app.module';
import { config } from './projection-worker.config';

void runService({ name: 'projection-worker', module: AppModule, port: config.HEALTH_PORT, host: config.HOST });
