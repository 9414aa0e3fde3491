import { createGateway } from './gateway';
import { gatewayConfig } from './gateway.config';

async function main(): Promise<void> {
  const config = gatewayConfig();
  const app = await createGateway(config);
  await app.listen(config.PORT, config.HOST);
}

void main();
