import { runService } from '@syntropic/service';
import { config } from './agent-runner.config';
import { AppModule } from './app.module';

void runService({ name: 'agent-runner', module: AppModule, port: config.HEALTH_PORT, host: config.HOST });
