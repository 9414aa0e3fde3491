import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { decodeLiveFrame, LiveFrameFaults, liveSubject, type LiveFrame } from '@syntropic/live';
import { Events, type NatsConnection } from 'nats';
import { NATS } from '../connections.module';

/** Tables are read this often while the bus is connected, to find a last frame that was lost. */
const CONNECTED_POLL_MS = 2_000;
const DISCONNECTED_POLL_MS = 1_000;

/** Subscribes to the frames of every execution. */
export const EVERY_EXECUTION = '*';

export type FrameListener = Readonly<{
  frame: (frame: LiveFrame, bytes: number) => void;
  /** A frame could not be read: its events are in the tables. */
  loss: () => void;
}>;

/** Delivers live frames from the bus. */
@Injectable()
export class LiveBus implements OnModuleInit {
  readonly #logger = new Logger(LiveBus.name);
  readonly #faults = new LiveFrameFaults((message, fault) => {
    this.#logger.warn(message, { error: fault });
  });
  #isConnected = true;

  constructor(@Inject(NATS) private readonly nats: NatsConnection) {}

  onModuleInit(): void {
    void this.#followConnection();
  }

  /** Delivers the frames of an execution, with their size, until the signal. */
  listen(executionId: string, signal: AbortSignal, listener: FrameListener): void {
    if (this.nats.isClosed() || signal.aborted) return;
    const subscription = this.nats.subscribe(liveSubject(executionId), {
      callback: (error, { data }) => {
        if (error) this.#logger.warn('live frames cannot be received', { error });
        const frame = error ? undefined : this.#faults.guard(() => decodeLiveFrame(data));
        if (frame) listener.frame(frame, data.length);
        else listener.loss();
      },
    });
    signal.addEventListener('abort', () => {
      if (!subscription.isClosed()) subscription.unsubscribe();
    });
  }

  /** Milliseconds for which a stream may rely on the bus alone. */
  get pollMs(): number {
    return this.#isConnected ? CONNECTED_POLL_MS : DISCONNECTED_POLL_MS;
  }

  async #followConnection(): Promise<void> {
    for await (const { type } of this.nats.status()) {
      if (type === Events.Disconnect) this.#isConnected = false;
      if (type === Events.Reconnect) this.#isConnected = true;
    }
  }
}
