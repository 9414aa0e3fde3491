import type { LiveFrameFault } from '@syntropic/live';
import { errorText } from '@syntropic/kernel';
import { followStream } from '@syntropic/messaging';
import {
  LEASE_LOST,
  linesOfMessage,
  MALFORMED,
  messageOf,
  QUARANTINE_SUBJECT,
  QuarantineReplay,
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
  /** Keeps a line of a message that is not a batch. */
  bury: (message: Pick<JsMsg, 'subject' | 'headers' | 'data'>, reason: string) => Promise<unknown>;
  /** Tries events again that were set apart. */
  replay: (ids: readonly string[]) => Promise<unknown>;
}>;

const DURABLE = 'collector';
const ACK_WAIT_MS = 30_000;
const MISSING_MS = 500;
/** Failed attempts in a row before it gives up. */
const MAX_FAILURES = 10;
const POSTPONED_MS = 500;

/** Messages that one collector works on at a time. */
const MESSAGES_IN_HAND = 256;

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
      maxInFlight: MESSAGES_IN_HAND,
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

  /** Tries events again that were set apart. */
  async #replay({ subject, headers, data }: JsMsg): Promise<void> {
    const asked = readReplay(data);
    if ('fault' in asked) await this.options.bury({ subject, headers, data }, asked.fault);
    else await this.options.replay(asked.replay);
  }

  /** Each batch of a message is stored and shown by itself. When the store fails for one, the message comes again, and the others are known. */
  async #handle(message: JsMsg): Promise<void> {
    if (message.subject === QUARANTINE_SUBJECT) {
      await this.#replay(message);
      message.ack();
      return;
    }
    const lines = linesOfMessage(message.data).map(readLine);
    const faults = lines.filter((line) => 'fault' in line);
    const replies = await allOf([
      ...this.options.buffer.submitAll(lines.filter((line) => 'batch' in line)).map((line) => this.#show(line)),
      ...faults.map((line) => this.#bury(line, message)),
    ]);
    message.ack();
    this.#reply(message, replies);
  }

  async #show({
    batch,
    number,
    stored: storing,
  }: BatchLine & Readonly<{ stored: Promise<StoredBatch> }>): Promise<LineReply> {
    const stored = await storing;
    this.options.observer.stored(stored);
    if (stored.leaseLost) return { number, reply: { refused: LEASE_LOST } };
    this.#frames.publish(stored.stored);
    return { number, reply: { committed: batch.lastLine } };
  }

  async #bury({ line, number, fault }: FaultyLine, { subject, headers }: JsMsg): Promise<LineReply> {
    await this.options.bury({ subject, headers, data: line }, fault);
    return { number, reply: { refused: MALFORMED } };
  }

  /** Only inboxes are answered: a header must not make the collector publish where the sender may not. */
  #reply(message: JsMsg, replies: readonly LineReply[]): void {
    const inbox = message.headers?.get(REPLY_HEADER);
    if (!inbox?.startsWith('_INBOX.')) return;
    const inOrder = replies.toSorted((one, other) => one.number - other.number);
    this.options.nats.publish(inbox, messageOf(inOrder.map(({ reply }) => JSON.stringify(reply))));
  }
}

type LineReply = Readonly<{ number: number; reply: CollectorReply }>;
type BatchLine = Readonly<{ number: number; bytes: number; batch: ReturnType<typeof readBatch> }>;
type FaultyLine = Readonly<{ number: number; line: Buffer; fault: string }>;

function readReplay(data: Uint8Array): QuarantineReplay | Readonly<{ fault: string }> {
  try {
    return QuarantineReplay.parse(JSON.parse(Buffer.from(data).toString()));
  } catch (error) {
    return { fault: errorText(error instanceof Error ? error.message : String(error)) };
  }
}

function readLine(line: Buffer, number: number): BatchLine | FaultyLine {
  try {
    return { number, bytes: line.length, batch: readBatch(JSON.parse(line.toString())) };
  } catch (error) {
    return { number, line, fault: error instanceof Error ? error.message : String(error) };
  }
}

/** Waits for all, also when one has failed. */
async function allOf<Value>(promises: readonly Promise<Value>[]): Promise<readonly Value[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
