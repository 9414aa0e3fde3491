import { createLogger } from '@syntropic/observability';
import { enforceShutdownDeadline } from '@syntropic/service';
import { createGateway } from './gateway';
import { gatewayConfig } from './gateway.config';

async function main(): Promise<void> {
  const config = gatewayConfig();
  const app = await createGateway(config);
  enforceShutdownDeadline(createLogger('gateway', { level: config.LOG_LEVEL }));
  await app.listen(config.PORT, config.HOST);
}

void main();
