import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';

/** The connection to Redis; `undefined` where none is configured. */
export const REDIS = Symbol('REDIS');

/** Closes the connection to Redis after the projections have ended. */
@Injectable()
export class CacheConnection implements OnApplicationShutdown {
  constructor(@Inject(REDIS) private readonly redis: Redis | undefined) {}

  async onApplicationShutdown(): Promise<void> {
    await this.redis?.quit().catch(() => undefined);
  }
}
