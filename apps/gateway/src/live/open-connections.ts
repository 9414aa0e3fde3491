import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { liveGauge } from './live-gauges';
import type { SseConnection } from './sse-connection';

/** The event streams that are open now, each with its channel: an execution's id, or the name of a feed. */
@Injectable()
export class OpenConnections implements BeforeApplicationShutdown {
  readonly #channels = new Map<SseConnection, string>();
  #isClosing = false;

  constructor() {
    liveGauge('live_connections', 'Event streams that are open', () => this.count);
  }

  add(connection: SseConnection, channel: string): void {
    if (connection.isClosed) return;
    this.#channels.set(connection, channel);
    connection.onClose(() => this.#channels.delete(connection));
    if (this.#isClosing) connection.end();
  }

  get count(): number {
    return this.#channels.size;
  }

  /** The number of different executions that are watched. */
  get executions(): number {
    return new Set([...this.#channels.values()].filter((channel) => channel.startsWith('exec-'))).size;
  }

  /** Ends all streams, which have no end of their own: clients reconnect to another replica with their last id. */
  beforeApplicationShutdown(): void {
    this.#isClosing = true;
    for (const connection of this.#channels.keys()) connection.end();
  }
}
