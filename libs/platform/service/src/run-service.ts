import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { CustomStrategy } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLogger } from '@syntropic/observability';
import type { FastifyInstance } from 'fastify';
import { closeIdleConnections } from './close-idle-connections';
import { enforceShutdownDeadline } from './shutdown-deadline';

export type RunOptions = Readonly<{
  name: string;
  module: Type | DynamicModule;
  /** The port of health checks and metrics. */
  port: number;
  host: string;
  /** Receives commands; absent for services without handlers. */
  transport?: CustomStrategy;
}>;

/** Starts a service without an API: health and metrics over HTTP, everything else over the bus. */
export async function runService({ name, module, port, host, transport }: RunOptions): Promise<void> {
  const logger = createLogger(name);
  const adapter = new FastifyAdapter();
  closeIdleConnections(adapter.getInstance<FastifyInstance>());
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, { logger });
  app.enableShutdownHooks();
  enforceShutdownDeadline(logger);
  if (transport) {
    app.connectMicroservice(transport);
    // Commands may arrive as soon as the transport listens, so handlers are registered first.
    await app.init();
    await app.startAllMicroservices();
  }
  await app.listen(port, host);
}
