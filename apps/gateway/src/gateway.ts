import type { NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLogger } from '@syntropic/observability';
import { AppModule, ROUTES } from './app.module';
import type { GatewayConfig } from './gateway.config';
import { httpAdapter } from './http/http-adapter';

/** The gateway, ready to listen. */
export async function createGateway(config: GatewayConfig): Promise<NestFastifyApplication> {
  const options = applicationOptions(config);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.of(config),
    httpAdapter(config, ROUTES),
    options,
  );
  return app.enableShutdownHooks();
}

export const applicationOptions = ({ LOG_LEVEL }: GatewayConfig): NestApplicationOptions => ({
  bodyParser: false,
  logger: createLogger('gateway', { level: LOG_LEVEL }),
});
