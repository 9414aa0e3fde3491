import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLogger } from '@syntropic/observability';
import { AppModule } from './app.module';
import { collectorConfig } from './observability-collector.config';

async function main(): Promise<void> {
  const config = collectorConfig();
  const logger = createLogger('observability-collector', { level: config.LOG_LEVEL });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.of(config), new FastifyAdapter(), { logger });
  await app.enableShutdownHooks().listen(config.HEALTH_PORT, config.HOST);
}

void main();
