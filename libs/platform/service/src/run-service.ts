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
  /** The port of health checks and metrics, and of what the service serves beside them. */
  port: number;
  host: string;
  /** Receives commands; absent for services without handlers. */
  transport?: CustomStrategy;
  /** Prepares the server of a service that takes requests with bodies; without it no body is read. */
  prepare?: (fastify: FastifyInstance) => void;
}>;

/** A request that has not arrived by then is ended. */
const REQUEST_MS = 60_000;

/** Starts a service: health and metrics over HTTP, and what its module serves beside them. */
export async function runService({ name, module, port, host, transport, prepare }: RunOptions): Promise<void> {
  const logger = createLogger(name);
  const adapter = new FastifyAdapter({ requestTimeout: REQUEST_MS });
  const fastify = adapter.getInstance<FastifyInstance>();
  closeIdleConnections(fastify);
  prepare?.(fastify);
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, { logger, bodyParser: false });
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
