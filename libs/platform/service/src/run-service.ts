import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { CustomStrategy } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLogger } from '@syntropic/observability';
import type { FastifyInstance } from 'fastify';
import { endInTime } from './end-in-time';
import { letGoOfConnections } from './let-go';

export type RunOptions = Readonly<{
  name: string;
  module: Type | DynamicModule;
  /** Where its health and metrics answer. */
  port: number;
  host: string;
  /** How it receives commands, if it does. */
  transport?: CustomStrategy;
}>;

/** Starts a service that has no API of its own: health and metrics over HTTP, everything else over the bus. */
export async function runService({ name, module, port, host, transport }: RunOptions): Promise<void> {
  const logger = createLogger(name);
  const adapter = new FastifyAdapter();
  letGoOfConnections(adapter.getInstance<FastifyInstance>());
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, { logger });
  app.enableShutdownHooks();
  endInTime(logger);
  if (transport) {
    app.connectMicroservice(transport);
    // Commands may come as soon as it listens, and find their handlers there.
    await app.init();
    await app.startAllMicroservices();
  }
  await app.listen(port, host);
}
