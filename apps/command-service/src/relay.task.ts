import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Relay } from '@syntropic/event-store';
import { Background } from '@syntropic/service';

/** Runs the relay as long as the service does. */
@Injectable()
export class RelayTask implements OnModuleInit {
  constructor(
    private readonly background: Background,
    private readonly relay: Relay,
  ) {}

  onModuleInit(): void {
    this.background.add('relay', (signal) => this.relay.run(signal));
  }
}
