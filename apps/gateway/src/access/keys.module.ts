import { Inject, Injectable, Logger, Module, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ApiKeys, KeyDirectory, KEYS_CHANGED } from '@syntropic/access';
import type { NatsConnection } from 'nats';
import { Pool } from 'pg';
import { NATS } from '../connections.module';

/** Keeps the directory of keys up to date. A gateway that cannot read it at the start serves public routes until it can. */
@Injectable()
class KeyUpdates implements OnModuleInit, BeforeApplicationShutdown {
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(
    private readonly keys: KeyDirectory,
    @Inject(NATS) private readonly nats: NatsConnection,
  ) {}

  async onModuleInit(): Promise<void> {
    this.nats.subscribe(KEYS_CHANGED, {
      callback: () => {
        this.keys.notify();
      },
    });
    // The loop below reports the fault.
    await this.keys.refresh().catch(() => undefined);
    this.#running = this.keys.run(this.#stopping.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }
}

/** The API keys: all valid ones in memory, and their rows. */
@Module({
  providers: [
    {
      provide: KeyDirectory,
      inject: [Pool],
      useFactory: (pool: Pool) => {
        const logger = new Logger(KeyDirectory.name);
        return new KeyDirectory(pool, {
          onFault: (error) => {
            logger.warn('keys could not be read', { error });
          },
        });
      },
    },
    { provide: ApiKeys, inject: [Pool], useFactory: (pool: Pool) => new ApiKeys(pool) },
    KeyUpdates,
  ],
  exports: [KeyDirectory, ApiKeys],
})
export class KeysModule {}
