import { Events, headers, nuid, type NatsConnection, type Subscription } from 'nats';
import { CollectorReply, linesOfMessage, messageOf, REPLY_HEADER, SHARED_TELEMETRY } from './telemetry-batch';

/** A batch on its way, as one line of a message. */
export interface OutgoingBatch {
  /** The subject of a message that has no other batch. */
  readonly subject: string;
  readonly line: string;
  /** Called with the reply, also with those to copies. */
  readonly onReply: (reply: CollectorReply) => void;
}

type SentMessage = {
  readonly inbox: string;
  readonly batches: readonly OutgoingBatch[];
  /** The batches of it that still need a reply. */
  open: number;
};

/** Room for the subject and the headers in a message. */
const OVERHEAD_BYTES = 1_024;

/** The time for which batches travel alone after a collector of an older build, which reads no shared message, has answered one. */
const ALONE_MS = 60_000;

/**
 * Publishes batches. Those that are posted in one turn of the event loop share a message, because a message costs the bus and both of its
 * ends about the same for one batch as for ten. Any message may be lost.
 */
export class SharedMessages {
  readonly #inbox: string;
  readonly #replies: Subscription;
  #outgoing: OutgoingBatch[] = [];
  readonly #sent = new Map<string, SentMessage>();
  readonly #copies = new Map<OutgoingBatch, SentMessage[]>();
  #aloneUntil = 0;
  #isConnected = true;

  constructor(
    private readonly nats: NatsConnection,
    inboxPrefix: string,
  ) {
    this.#inbox = `${inboxPrefix}.${nuid.next()}`;
    this.#replies = nats.subscribe(`${this.#inbox}.*`, {
      callback: (_, { subject, data }) => {
        this.#answered(subject, linesOfMessage(data));
      },
    });
    void this.#watchConnection();
  }

  /** The most bytes of a batch's line. */
  get roomBytes(): number {
    return (this.nats.info?.max_payload ?? Infinity) - OVERHEAD_BYTES;
  }

  /** Sends the batch with this turn's message; a batch that was posted before is sent again. */
  post(batch: OutgoingBatch): void {
    this.#outgoing.push(batch);
    if (this.#outgoing.length === 1) setImmediate(this.#publishAll);
  }

  /** To be called when the batch needs no reply any more. */
  forget(batch: OutgoingBatch): void {
    for (const message of this.#copies.get(batch) ?? []) {
      if (--message.open === 0) this.#sent.delete(message.inbox);
    }
    this.#copies.delete(batch);
  }

  close(): void {
    this.#replies.unsubscribe();
  }

  /** Publishes nothing without a connection: messages would only fill the memory. */
  readonly #publishAll = (): void => {
    const outgoing = this.#outgoing;
    this.#outgoing = [];
    if (!this.#isConnected || this.nats.isClosed()) return;

    const room = performance.now() < this.#aloneUntil ? 0 : this.roomBytes;
    let run: OutgoingBatch[] = [];
    let bytes = 0;
    for (const batch of outgoing) {
      const size = Buffer.byteLength(batch.line) + 1;
      if (run.length > 0 && bytes + size > room) {
        this.#publish(run);
        [run, bytes] = [[], 0];
      }
      run.push(batch);
      bytes += size;
    }
    this.#publish(run);
  };

  #publish(batches: readonly OutgoingBatch[]): void {
    const message: SentMessage = { inbox: `${this.#inbox}.${nuid.next()}`, batches, open: batches.length };
    this.#sent.set(message.inbox, message);
    for (const batch of batches) this.#copies.set(batch, [...(this.#copies.get(batch) ?? []), message]);

    const replyTo = headers();
    replyTo.set(REPLY_HEADER, message.inbox);
    const [first, second] = batches;
    const subject = second ? SHARED_TELEMETRY : first?.subject;
    if (subject) this.nats.publish(subject, messageOf(batches.map(({ line }) => line)), { headers: replyTo });
  }

  #answered(inbox: string, lines: readonly Buffer[]): void {
    const batches = this.#sent.get(inbox)?.batches;
    // A copy has been answered before.
    if (!batches) return;
    if (lines.length === batches.length) {
      for (const [index, line] of lines.entries())
        batches[index]?.onReply(CollectorReply.parse(JSON.parse(line.toString())));
      return;
    }
    // A collector of an older build refuses the message as a whole.
    this.#aloneUntil = performance.now() + ALONE_MS;
    for (const batch of batches) this.post(batch);
  }

  async #watchConnection(): Promise<void> {
    for await (const { type } of this.nats.status()) {
      if (type === Events.Disconnect) this.#isConnected = false;
      if (type === Events.Reconnect) this.#isConnected = true;
    }
  }
}
