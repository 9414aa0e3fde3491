import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CommandClient } from '@syntropic/messaging';

/** Closes the command client's connection after the runner has ended. */
@Injectable()
export class CommandConnection implements OnApplicationShutdown {
  constructor(private readonly client: CommandClient) {}

  onApplicationShutdown(): Promise<void> {
    return this.client.close();
  }
}
