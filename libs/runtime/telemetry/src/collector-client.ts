import { backOffMs, Signal, type BackOff } from '@syntropic/async';
import { Events, headers, nuid, type NatsConnection, type Subscription } from 'nats';
import { divided } from './divided';
import { CollectorReply, LEASE_LOST, REPLY_HEADER, telemetrySubject, type SpooledBatch } from './telemetry-batch';

/** The work was leased to another runner; the collector refuses telemetry of this one. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** The collector refuses this batch for good. */
export class BatchRefused extends Error {
  override readonly name = 'BatchRefused';

  constructor(readonly code: string) {
    super(`the collector refused a telemetry batch: ${code}`);
  }
}

export interface CollectorClientOptions {
  /** The prefix of the connection's own inboxes, where replies may arrive. */
  readonly inboxPrefix?: string;
  /** Milliseconds without a reply before a batch is sent again the first time; later pauses are longer. */
  readonly resendAfterMs?: number;
}

const RESEND_MS = 2_000;
const LONGEST_RESEND_MS = 15_000;

const NEVER = new AbortController().signal;

/** Room for the subject and the headers in a message. */
const OVERHEAD_BYTES = 1_024;

/** Sends a session's telemetry until a collector replies that it is durable. Any message may be lost. */
export class CollectorClient {
  readonly #inbox: string;
  readonly #resend: BackOff;
  readonly #replies: Subscription;
  readonly #waiting = new Map<string, (reply: CollectorReply) => void>();
  #connected = true;

  constructor(
    private readonly nats: NatsConnection,
    { inboxPrefix = '_INBOX', resendAfterMs = RESEND_MS }: CollectorClientOptions = {},
  ) {
    this.#inbox = `${inboxPrefix}.${nuid.next()}`;
    this.#resend = { firstMs: resendAfterMs, longestMs: LONGEST_RESEND_MS };
    this.#replies = nats.subscribe(`${this.#inbox}.*`, {
      callback: (_, { subject, data }) => {
        this.#waiting.get(subject)?.(CollectorReply.parse(JSON.parse(Buffer.from(data).toString())));
      },
    });
    void this.#watchConnection();
  }

  /**
   * Resolves when the batch is durable; only then the next batch of the session may be sent.
   * @throws LeaseLost, BatchRefused, or the signal's reason.
   */
  async sendBatch(batch: SpooledBatch, signal = NEVER): Promise<{ committed: number }> {
    let committed = batch.firstLine - 1;
    for (const part of this.#partsOf(batch)) committed = await this.#send(part, signal);
    return { committed };
  }

  close(): void {
    this.#replies.unsubscribe();
  }

  /** Splits a batch into messages. Only the last part commits the lines; the parts before it leave the first line open. */
  #partsOf(batch: SpooledBatch): SpooledBatch[] {
    const room = (this.nats.info?.max_payload ?? Infinity) - OVERHEAD_BYTES;
    const runs = divided(batch.events, (events) => Buffer.byteLength(JSON.stringify({ ...batch, events })) <= room);
    return runs.map((events, index) => {
      const isLast = index === runs.length - 1;
      return { ...batch, events, lastLine: isLast ? batch.lastLine : batch.firstLine - 1 };
    });
  }

  async #send(part: SpooledBatch, signal: AbortSignal): Promise<number> {
    const inbox = `${this.#inbox}.${nuid.next()}`;
    const replied = new Signal();
    let reply: CollectorReply | undefined;
    this.#waiting.set(inbox, (received) => {
      reply = received;
      replied.notify();
    });
    try {
      for (let attempts = 0; !reply; attempts++) {
        signal.throwIfAborted();
        this.#publish(part, inbox);
        await replied.wait(backOffMs(this.#resend, attempts), signal);
      }
    } finally {
      this.#waiting.delete(inbox);
    }
    return committedBy(reply);
  }

  /** Publishes nothing without a connection: messages would only fill the memory. */
  #publish(part: SpooledBatch, inbox: string): void {
    if (!this.#connected || this.nats.isClosed()) return;

    const replyTo = headers();
    replyTo.set(REPLY_HEADER, inbox);
    this.nats.publish(telemetrySubject(part.executionId, part.sessionId), JSON.stringify(part), { headers: replyTo });
  }

  async #watchConnection(): Promise<void> {
    for await (const { type } of this.nats.status()) {
      if (type === Events.Disconnect) this.#connected = false;
      if (type === Events.Reconnect) this.#connected = true;
    }
  }
}

function committedBy(reply: CollectorReply): number {
  if ('committed' in reply) return reply.committed;
  if (reply.refused === LEASE_LOST) throw new LeaseLost('this work has been handed to another runner');
  throw new BatchRefused(reply.refused);
}
