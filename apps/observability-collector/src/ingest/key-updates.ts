import { Injectable, type OnModuleInit } from '@nestjs/common';
import { KeyDirectory, KEYS_CHANGED } from '@syntropic/access';
import { Background, InjectNats } from '@syntropic/service';
import type { NatsConnection } from 'nats';

/** Keeps the directory of keys up to date. */
@Injectable()
export class KeyUpdates implements OnModuleInit {
  constructor(
    private readonly keys: KeyDirectory,
    private readonly background: Background,
    @InjectNats() private readonly nats: NatsConnection,
  ) {}

  async onModuleInit(): Promise<void> {
    this.nats.subscribe(KEYS_CHANGED, {
      callback: () => {
        this.keys.notify();
      },
    });
    // The background task repeats the reading.
    await this.keys.refresh().catch(() => undefined);
    this.background.add('keys', (signal) => this.keys.run(signal));
  }
}
