import 'reflect-metadata';
import { Controller, Get, Header, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import Redis from 'ioredis';
import type { AddressInfo } from 'node:net';

const [redisUrl = '', key = ''] = process.argv.slice(2);
const redis = new Redis(redisUrl);

/** The least that a route of this stack does for an answer from the cache. */
@Controller()
class RawController {
  @Get('raw')
  @Header('content-type', 'application/json')
  read(): Promise<string | null> {
    return redis.get(key);
  }
}

@Module({ controllers: [RawController] })
class RawModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create<NestFastifyApplication>(RawModule, new FastifyAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  process.send?.((app.getHttpServer().address() as AddressInfo).port);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
