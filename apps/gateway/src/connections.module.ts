import { Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { BudgetReader } from '@syntropic/budgets';
import { PostgresEventLog } from '@syntropic/event-store';
import { CommandClient, connectNats, DeadLetters, drainAndClose } from '@syntropic/messaging';
import { openObjectStorage } from '@syntropic/object-storage';
import { createRedis, KeptAnswers, ReadModels } from '@syntropic/projections';
import { connectStore } from '@syntropic/service';
import { EventLists, RollUps, TelemetryReader, TextSearch, ToolReader } from '@syntropic/telemetry';
import type { Redis } from 'ioredis';
import type { NatsConnection } from 'nats';
import { Pool } from 'pg';
import { OBJECT_STORAGE } from './artifacts/artifact-bytes';
import type { GatewayConfig } from './gateway.config';
import { LogHead } from './reads/log-head';

export const NATS = Symbol('NATS');
/** The connection to Redis; `undefined` where none is configured. */
export const REDIS = Symbol('REDIS');

const NAME = 'gateway';

/** A query that takes longer counts as a store outage: the client gets 503 while it still waits. */
const QUERY_MS = 5_000;

/** The connections to servers, and the clients that use them. */
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
      { provide: BudgetReader, inject: [Pool], useFactory: (pool: Pool) => new BudgetReader(pool) },
      { provide: TelemetryReader, inject: [Pool], useFactory: (pool: Pool) => new TelemetryReader(pool) },
      { provide: EventLists, inject: [Pool], useFactory: (pool: Pool) => new EventLists(pool) },
      { provide: RollUps, inject: [Pool], useFactory: (pool: Pool) => new RollUps(pool) },
      { provide: TextSearch, inject: [Pool], useFactory: (pool: Pool) => new TextSearch(pool) },
      { provide: ToolReader, inject: [Pool], useFactory: (pool: Pool) => new ToolReader(pool) },
      {
        provide: DeadLetters,
        inject: [Pool, NATS],
        useFactory: (pool: Pool, nats: NatsConnection) => new DeadLetters(pool, nats, NAME),
      },
      { provide: PostgresEventLog, inject: [Pool], useFactory: (pool: Pool) => new PostgresEventLog(pool) },
      { provide: LogHead, inject: [PostgresEventLog], useFactory: (log: PostgresEventLog) => new LogHead(log) },
      {
        provide: ReadModels,
        inject: [Pool, NATS, REDIS],
        useFactory: (pool: Pool, nats: NatsConnection, redis?: Redis) => new ReadModels({ pool, nats, redis }),
      },
      {
        provide: KeptAnswers,
        inject: [ReadModels, REDIS],
        useFactory: (reads: ReadModels, redis?: Redis) => new KeptAnswers(reads, redis),
      },
      {
        provide: CloseReads,
        inject: [ReadModels, REDIS],
        useFactory: (reads: ReadModels, redis?: Redis) => new CloseReads(reads, redis),
      },
      {
        provide: CloseConnections,
        inject: [Pool, NATS, CommandClient],
        useFactory: (pool: Pool, nats: NatsConnection, commands: CommandClient) =>
          new CloseConnections(pool, nats, commands),
      },
    ];
    return { module: ConnectionsModule, global: true, providers, exports: providers.map(({ provide }) => provide) };
  }
}

/** Closes the read models and their cache after the last request was answered. */
class CloseReads implements OnApplicationShutdown {
  constructor(
    private readonly reads: ReadModels,
    private readonly redis: Redis | undefined,
  ) {}

  onApplicationShutdown(): void {
    this.reads.close();
    this.redis?.disconnect();
  }
}

/** Closes the connections after the last request was answered. */
class CloseConnections implements OnApplicationShutdown {
  constructor(
    private readonly pool: Pool,
    private readonly nats: NatsConnection,
    private readonly commands: CommandClient,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.commands.close();
    await drainAndClose(this.nats);
    await this.pool.end();
  }
}
