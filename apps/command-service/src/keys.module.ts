import { Global, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { ApiKeys, KEYS_CHANGED } from '@syntropic/access';
import { Background, hourly, NATS } from '@syntropic/service';
import type { NatsConnection } from 'nats';
import { Pool } from 'pg';

/** Deletes keys that were not valid for more than a year. */
@Injectable()
class KeyRetention implements OnModuleInit {
  constructor(
    private readonly background: Background,
    private readonly keys: ApiKeys,
  ) {}

  onModuleInit(): void {
    this.background.add(
      'API keys',
      hourly(() => this.keys.forget()),
    );
  }
}

/** The API keys, for the handlers of their commands. Gateways are told of each change. */
@Global()
@Module({
  providers: [
    {
      provide: ApiKeys,
      inject: [Pool, NATS],
      useFactory: (pool: Pool, nats: NatsConnection) =>
        new ApiKeys(pool, () => {
          nats.publish(KEYS_CHANGED);
        }),
    },
    KeyRetention,
  ],
  exports: [ApiKeys],
})
export class KeysModule {}
