import { Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { PostgresEventLog } from '@syntropic/event-store';
import { CommandClient, connectNats, DeadLetters, hangUp } from '@syntropic/messaging';
import { openObjectStorage } from '@syntropic/object-storage';
import { createRedis, ReadModels } from '@syntropic/projections';
import { connectStore } from '@syntropic/service';
import { TelemetryReader } from '@syntropic/telemetry';
import type { Redis } from 'ioredis';
import type { NatsConnection } from 'nats';
import { Pool } from 'pg';
import { OBJECT_STORAGE } from './artifacts/artifact-bytes';
import type { GatewayConfig } from './gateway.config';
import { LogHead } from './reads/log-head';

export const NATS = Symbol('the bus');
export const REDIS = Symbol('the cache');

const NAME = 'gateway';

/** Whoever asked is told rather by then that the store does not answer. */
const QUERY_MS = 5_000;

/** The servers this service talks to, and what reads and writes through them. */
@Module({})
export class ConnectionsModule {
  static of({ DATABASE_URL, NATS_URL, REDIS_URL, ...objects }: GatewayConfig): DynamicModule {
    const address = { url: NATS_URL, name: NAME };
    const providers = [
      { provide: Pool, useFactory: () => connectStore(DATABASE_URL, NAME, QUERY_MS) },
      { provide: NATS, useFactory: () => connectNats(address) },
      { provide: REDIS, useFactory: () => REDIS_URL && createRedis(REDIS_URL) },
      { provide: CommandClient, useFactory: () => new CommandClient(address) },
      { provide: OBJECT_STORAGE, useFactory: () => openObjectStorage(objects) },
      { provide: TelemetryReader, inject: [Pool], useFactory: (pool: Pool) => new TelemetryReader(pool) },
      {
        provide: DeadLetters,
        inject: [Pool, NATS],
        useFactory: (pool: Pool, nats: NatsConnection) => new DeadLetters(pool, nats, NAME),
      },
      { provide: LogHead, inject: [Pool], useFactory: (pool: Pool) => new LogHead(new PostgresEventLog(pool)) },
      {
        provide: ReadModels,
        inject: [Pool, NATS, REDIS],
        useFactory: (pool: Pool, nats: NatsConnection, redis?: Redis) => new ReadModels({ pool, nats, redis }),
      },
      {
        provide: Closing,
        inject: [Pool, NATS, CommandClient, ReadModels, REDIS],
        useFactory: (...parts: ConstructorParameters<typeof Closing>) => new Closing(...parts),
      },
    ];
    return { module: ConnectionsModule, global: true, providers, exports: providers.map(({ provide }) => provide) };
  }
}

/** Hangs up when every request has been answered. */
class Closing implements OnApplicationShutdown {
  constructor(
    private readonly pool: Pool,
    private readonly nats: NatsConnection,
    private readonly commands: CommandClient,
    private readonly reads: ReadModels,
    private readonly redis: Redis | undefined,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    this.reads.close();
    this.redis?.disconnect();
    await this.commands.close();
    await hangUp(this.nats);
    await this.pool.end();
  }
}
