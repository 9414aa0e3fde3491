import type { LiveFrameFault } from '@syntropic/live';
import { followStream } from '@syntropic/messaging';
import {
  LEASE_LOST,
  MALFORMED,
  readBatch,
  REPLY_HEADER,
  TELEMETRY_STREAM,
  type CollectorReply,
  type EventBuffer,
  type StoredBatch,
} from '@syntropic/telemetry';
import { AckPolicy, nanos, type JsMsg, type NatsConnection } from 'nats';
import { LiveFrames } from './live-frames';

/** Hears the outcome of each batch. */
export interface BatchObserver {
  stored(batch: StoredBatch): void;
  /** The batch is delivered again later. */
  postponed(why: unknown): void;
  /** Stored events were not published: live streams read them from the tables. */
  frameFault(message: string, fault: LiveFrameFault): void;
}

export type BatchConsumerOptions = Readonly<{
  nats: NatsConnection;
  buffer: EventBuffer;
  observer: BatchObserver;
  /** Keeps a message that is not a batch. */
  bury: (message: JsMsg, reason: string) => Promise<unknown>;
}>;

const DURABLE = 'collector';
const ACK_WAIT_MS = 30_000;
const MISSING_MS = 500;
/** Failed attempts in a row before it gives up. */
const MAX_FAILURES = 10;
const POSTPONED_MS = 500;

/** Batches that one collector works on at a time. */
const BATCHES_IN_HAND = 256;

/** Stores batches from the bus, and only then acknowledges them to JetStream and the sender and shows them to live streams. */
export class BatchConsumer {
  readonly #inHand = new Set<Promise<void>>();

  readonly #frames: LiveFrames;

  constructor(private readonly options: BatchConsumerOptions) {
    this.#frames = new LiveFrames(options.nats, (message, fault) => {
      options.observer.frameFault(message, fault);
    });
  }

  /**
   * Consumes until the signal, then finishes the batches in hand. A missing stream or consumer is waited for and made again.
   * @throws when it stays missing
   */
  async run(signal: AbortSignal): Promise<void> {
    const following = {
      stream: TELEMETRY_STREAM,
      consumer: {
        durable_name: DURABLE,
        ack_policy: AckPolicy.Explicit,
        ack_wait: nanos(ACK_WAIT_MS),
        max_ack_pending: -1,
      },
      maxInFlight: BATCHES_IN_HAND,
      onMessage: (message: JsMsg) => {
        this.#take(message);
      },
      retryMs: MISSING_MS,
      maxFailures: MAX_FAILURES,
    };
    try {
      await followStream(this.options.nats, following, signal);
    } finally {
      await Promise.all(this.#inHand);
    }
  }

  #take(message: JsMsg): void {
    const handled = this.#handle(message).catch((error: unknown) => {
      this.options.observer.postponed(error);
      message.nak(POSTPONED_MS);
    });
    this.#inHand.add(handled);
    void handled.finally(() => this.#inHand.delete(handled));
  }

  async #handle(message: JsMsg): Promise<void> {
    const batch = batchIn(message);
    if ('fault' in batch) {
      await this.options.bury(message, batch.fault);
      message.term();
      this.#reply(message, { refused: MALFORMED });
      return;
    }

    const stored = await this.options.buffer.submit(batch, message.data.length);
    this.options.observer.stored(stored);
    message.ack();
    this.#reply(message, stored.leaseLost ? { refused: LEASE_LOST } : { committed: batch.lastLine });
    if (!stored.leaseLost) this.#frames.publish(stored.stored);
  }

  /** Only inboxes are answered: a header must not make the collector publish where the sender may not. */
  #reply(message: JsMsg, reply: CollectorReply): void {
    const inbox = message.headers?.get(REPLY_HEADER);
    if (inbox?.startsWith('_INBOX.')) this.options.nats.publish(inbox, JSON.stringify(reply));
  }
}

function batchIn(message: JsMsg): ReturnType<typeof readBatch> | { fault: string } {
  try {
    return readBatch(message.json());
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}
