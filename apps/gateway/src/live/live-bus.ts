import { Inject, Injectable } from '@nestjs/common';
import { Events, type NatsConnection } from 'nats';
import { NATS } from '../connections.module';
import { liveFrameOf, type LiveFrame } from './live-frame';

/** While the bus is there, the tables are looked at only for messages that were lost at the end. */
const TRUSTING_MS = 2_000;
const ALONE_MS = 1_000;

/** What is new, as the bus tells it. */
@Injectable()
export class LiveBus {
  #isConnected = true;

  constructor(@Inject(NATS) private readonly nats: NatsConnection) {
    void this.#watch();
  }

  /** Hands over every frame of an execution, or of all (`*`), and how large it was, until the signal. */
  listen(executionId: string, signal: AbortSignal, onFrame: (frame: LiveFrame, bytes: number) => void): void {
    if (this.nats.isClosed() || signal.aborted) return;
    const subscription = this.nats.subscribe(`live.${executionId}`, {
      callback: (error, message) => {
        const frame = error ? undefined : liveFrameOf(message.data);
        if (frame) onFrame(frame, message.data.length);
      },
    });
    signal.addEventListener('abort', () => {
      if (!subscription.isClosed()) subscription.unsubscribe();
    });
  }

  /** How long a watcher may rely on the bus alone. */
  get patienceMs(): number {
    return this.#isConnected ? TRUSTING_MS : ALONE_MS;
  }

  async #watch(): Promise<void> {
    for await (const { type } of this.nats.status()) {
      if (type === Events.Disconnect) this.#isConnected = false;
      if (type === Events.Reconnect) this.#isConnected = true;
    }
  }
}
