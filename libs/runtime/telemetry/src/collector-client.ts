import { backOffMs, Signal, type BackOff } from '@syntropic/async';
import type { NatsConnection } from 'nats';
import { divided } from './divided';
import { SharedMessages } from './shared-messages';
import { LEASE_LOST, telemetrySubject, type CollectorReply, type SpooledBatch } from './telemetry-batch';
import type { TelemetryEvent } from './telemetry-event';

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

/** Sends the telemetry of a runner's sessions until a collector replies that it is durable. Any message may be lost. */
export class CollectorClient {
  readonly #resend: BackOff;
  readonly #messages: SharedMessages;

  constructor(
    nats: NatsConnection,
    { inboxPrefix = '_INBOX', resendAfterMs = RESEND_MS }: CollectorClientOptions = {},
  ) {
    this.#resend = { firstMs: resendAfterMs, longestMs: LONGEST_RESEND_MS };
    this.#messages = new SharedMessages(nats, inboxPrefix);
  }

  /**
   * Resolves when the batch is durable; only then the next batch of the session may be sent.
   * @throws LeaseLost, BatchRefused, or the signal's reason.
   */
  async sendBatch(batch: SpooledBatch, signal = new AbortController().signal): Promise<{ committed: number }> {
    const subject = telemetrySubject(batch.executionId, batch.sessionId);
    let committed = batch.firstLine - 1;
    for (const line of this.#linesOf(batch)) committed = await this.#send(subject, line, signal);
    return { committed };
  }

  close(): void {
    this.#messages.close();
  }

  /** Splits a batch that is too large for a message. Only the last part commits the lines; the parts before it leave the first line open. */
  #linesOf(batch: SpooledBatch): readonly string[] {
    const whole = JSON.stringify(batch);
    const room = this.#messages.roomBytes;
    if (Buffer.byteLength(whole) <= room) return [whole];

    const fits = (events: readonly TelemetryEvent[]) => Buffer.byteLength(JSON.stringify({ ...batch, events })) <= room;
    const runs = divided(batch.events, fits);
    return runs.map((events, index) => {
      const isLast = index === runs.length - 1;
      return JSON.stringify({ ...batch, events, lastLine: isLast ? batch.lastLine : batch.firstLine - 1 });
    });
  }

  async #send(subject: string, line: string, signal: AbortSignal): Promise<number> {
    const replied = new Signal();
    let reply: CollectorReply | undefined;
    const onReply = (received: CollectorReply) => {
      reply = received;
      replied.notify();
    };
    const batch = { subject, line, onReply };
    try {
      for (let attempts = 0; !reply; attempts++) {
        signal.throwIfAborted();
        this.#messages.post(batch);
        await replied.wait(backOffMs(this.#resend, attempts), signal);
      }
    } finally {
      this.#messages.forget(batch);
    }
    return committedBy(reply);
  }
}

function committedBy(reply: CollectorReply): number {
  if ('committed' in reply) return reply.committed;
  if (reply.refused === LEASE_LOST) throw new LeaseLost('this work has been handed to another runner');
  throw new BatchRefused(reply.refused);
}
