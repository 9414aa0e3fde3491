import type { NestApplicationOptions } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLogger } from '@syntropic/observability';
import { AppModule } from './app.module';
import type { GatewayConfig } from './gateway.config';
import { httpAdapter } from './http/http-adapter';
import { ProblemFilter } from './problems/problem.filter';

/** The gateway, ready to listen. */
export async function createGateway(config: GatewayConfig): Promise<NestFastifyApplication> {
  const logger = createLogger('gateway', { level: config.LOG_LEVEL });
  const options: NestApplicationOptions = { bodyParser: false, logger };
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.of(config), httpAdapter(), options);
  app.useGlobalFilters(new ProblemFilter(logger));
  return app.enableShutdownHooks();
}
