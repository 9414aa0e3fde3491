import { commandTransport } from '@syntropic/messaging';
import { runService } from '@syntropic/service';
import { AppModule } from './app.module';
import { config } from './command-service.config';

const name = 'command-service';

void runService({
  name,
  module: AppModule,
  port: config.HEALTH_PORT,
  host: config.HOST,
  transport: commandTransport({ url: config.NATS_URL, name }),
});
