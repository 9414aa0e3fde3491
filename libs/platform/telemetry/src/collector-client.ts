import { Events, headers, nuid, type NatsConnection, type Subscription } from 'nats';
import { setTimeout as pause } from 'node:timers/promises';
import { divided } from './divided';
import { CollectorReply, LEASE_LOST, REPLY_HEADER, telemetrySubject, type SpooledBatch } from './telemetry-batch';

/** The work has been handed to another runner; nothing more about it is taken from this one. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** The collector will never take this batch, however often it is sent. */
export class BatchRefused extends Error {
  override readonly name = 'BatchRefused';

  constructor(readonly code: string) {
    super(`the collector refused a telemetry batch: ${code}`);
  }
}

export interface CollectorClientOptions {
  /** Where answers may come: what the connection's own inboxes begin with. */
  readonly inboxPrefix?: string;
  /** Milliseconds without an answer after which a batch is sent again, the first time; later ones wait longer. */
  readonly resendAfterMs?: number;
}

const RESEND_MS = 2_000;
const LONGEST_RESEND_MS = 15_000;

/** Room for the subject and the headers in a message. */
const OVERHEAD_BYTES = 1_024;

/** Hands a session's telemetry to whichever collector is there, and knows what is durable. Depends on no message arriving. */
export class CollectorClient {
  readonly #inbox: string;
  readonly #resendAfterMs: number;
  readonly #answers: Subscription;
  readonly #waiting = new Map<string, (reply: CollectorReply) => void>();
  #connected = true;

  constructor(
    private readonly nats: NatsConnection,
    { inboxPrefix = '_INBOX', resendAfterMs = RESEND_MS }: CollectorClientOptions = {},
  ) {
    this.#inbox = `${inboxPrefix}.${nuid.next()}`;
    this.#resendAfterMs = resendAfterMs;
    this.#answers = nats.subscribe(`${this.#inbox}.*`, {
      callback: (_, { subject, data }) => {
        this.#waiting.get(subject)?.(CollectorReply.parse(JSON.parse(Buffer.from(data).toString())));
      },
    });
    void this.#watchConnection();
  }

  /**
   * Resolves when the batch is durable, however long that takes; the next batch of the session may be sent then.
   * @throws LeaseLost, BatchRefused, or the signal's reason.
   */
  async sendBatch(batch: SpooledBatch, signal?: AbortSignal): Promise<{ committed: number }> {
    let committed = batch.firstLine - 1;
    for (const part of this.#partsOf(batch)) committed = await this.#send(part, signal);
    return { committed };
  }

  close(): void {
    this.#answers.unsubscribe();
  }

  /** What one message can carry. Only the last part commits the lines: those before it leave the first line open. */
  #partsOf(batch: SpooledBatch): SpooledBatch[] {
    const room = (this.nats.info?.max_payload ?? Infinity) - OVERHEAD_BYTES;
    const runs = divided(batch.events, (events) => Buffer.byteLength(JSON.stringify({ ...batch, events })) <= room);
    return runs.map((events, index) => {
      const isLast = index === runs.length - 1;
      return { ...batch, events, lastLine: isLast ? batch.lastLine : batch.firstLine - 1 };
    });
  }

  async #send(part: SpooledBatch, signal?: AbortSignal): Promise<number> {
    const inbox = `${this.#inbox}.${nuid.next()}`;
    const settled = new AbortController();
    let answer: CollectorReply | undefined;
    this.#waiting.set(inbox, (reply) => {
      answer = reply;
      settled.abort();
    });

    const ended = signal ? AbortSignal.any([settled.signal, signal]) : settled.signal;
    try {
      for (let patience = this.#resendAfterMs; !answer; patience = Math.min(patience * 2, LONGEST_RESEND_MS)) {
        signal?.throwIfAborted();
        this.#publish(part, inbox);
        await pause(patience, undefined, { signal: ended }).catch(() => undefined);
      }
    } finally {
      this.#waiting.delete(inbox);
    }
    return committedBy(answer);
  }

  /** While there is no connection nothing is sent: it would only pile up in memory. */
  #publish(part: SpooledBatch, inbox: string): void {
    if (!this.#connected || this.nats.isClosed()) return;

    const answerTo = headers();
    answerTo.set(REPLY_HEADER, inbox);
    this.nats.publish(telemetrySubject(part.executionId, part.sessionId), JSON.stringify(part), { headers: answerTo });
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
