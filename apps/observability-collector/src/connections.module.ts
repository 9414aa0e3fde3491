import { Global, Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { connectNats } from '@syntropic/messaging';
import { createPool } from '@syntropic/postgres';
import type { NatsConnection } from 'nats';
import type { Pool } from 'pg';
import type { CollectorConfig } from './observability-collector.config';

export const POOL = Symbol('Pool');
export const NATS = Symbol('NatsConnection');

const NAME = 'observability-collector';

/** The store and the bus. They outlive everything that uses them. */
@Global()
@Module({})
export class ConnectionsModule implements OnApplicationShutdown {
  constructor(
    @Inject(POOL) private readonly pool: Pool,
    @Inject(NATS) private readonly nats: NatsConnection,
  ) {}

  static to({ DATABASE_URL, NATS_URL }: CollectorConfig): DynamicModule {
    return {
      module: ConnectionsModule,
      providers: [
        { provide: POOL, useFactory: () => createPool(DATABASE_URL, { application_name: NAME }) },
        { provide: NATS, useFactory: () => connectNats({ url: NATS_URL, name: NAME }) },
      ],
      exports: [POOL, NATS],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.nats.drain();
    await this.pool.end();
  }
}
