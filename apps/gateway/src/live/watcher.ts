import { DONE, repeat } from '@syntropic/async';
import type { ExecutionTail, TailListener } from './execution-tail';
import { idText } from './event-stream-text';
import { LiveBatch } from './live-batch';
import { formatCursor, type LiveCursor } from './live-cursor';
import { afterEvent, isSent, type LiveEvent, type LiveNumbers } from './live-event';
import type { SseConnection } from './sse-connection';
import type { StreamForm } from './stream-form';

/** A client that watches an execution: its connection, and what it wants to be told. */
export type WatchingClient = Readonly<{
  connection: SseConnection;
  form: StreamForm;
  /** The names of the frames that it wants; without them all. The last frame is always sent. */
  names?: ReadonlySet<string> | undefined;
}>;

type Options = Readonly<{
  executionId: string;
  cursor: LiveCursor;
  client: WatchingClient;
  tail: ExecutionTail;
  onFault: (error: unknown) => void;
}>;

const RETRY_MS = 1_000;

/**
 * One client of an execution's stream. It reads from the tables, at its own pace, what it has missed, and then listens to the tail
 * that all watchers share. When it reads slower than events come, it leaves the tail and reads the tables again.
 */
export class Watcher implements TailListener {
  #numbers: LiveNumbers;
  #isLive = false;
  #isCatchingUp = false;
  #mayMissTotals = false;

  /** `signal` ends the tail, after all its watchers have left. */
  constructor(
    private readonly options: Options,
    private readonly signal: AbortSignal,
  ) {
    this.#numbers = options.cursor;
  }

  start(): void {
    if (this.options.client.connection.isClosed) return;
    this.options.tail.listen(this);
    this.#goOn();
  }

  started(): void {
    this.#goOn();
  }

  ended(): void {
    this.#goOn();
  }

  events(batch: LiveBatch): void {
    if (!this.#isLive) return;
    this.#isLive = !this.options.client.connection.isBehind;
    if (this.#isLive) this.#send(batch);
    else this.#goOn();
  }

  /** Nothing is pending for a client that listens: thousands of them must cost little. */
  #goOn(): void {
    if (this.#isCatchingUp) return;
    this.#isCatchingUp = true;
    void repeat(this.signal, { everyMs: RETRY_MS, onFault: this.options.onFault }, async () => {
      await this.#catchUp();
      return DONE;
    });
  }

  /** Reads what lies between the client and the tail. Afterwards the client has all that the tail has sent, and listens. */
  async #catchUp(): Promise<void> {
    const { tail, client } = this.options;
    await client.connection.flushed();
    while (!client.connection.isClosed && !this.#isLive && tail.end !== 'restored') {
      const reached = tail.numbers;
      // The tail calls when it has started.
      if (!reached) break;
      const isLevel = this.#numbers.position >= reached.position && this.#numbers.sequence >= reached.sequence;
      if (!isLevel && (await this.#readPage())) continue;
      if (this.#mayMissTotals) await this.#readTotals();
      this.#isLive = reached === tail.numbers;
      if (this.#isLive) this.#join(reached);
    }
    // Without a pause after the last look at the tail: what it calls from now on is heard.
    this.#isCatchingUp = false;
    this.#endIfOver();
  }

  #join(reached: LiveNumbers): void {
    this.#numbers = furthest(this.#numbers, reached);
    this.#send(this.options.tail.totalsAt(reached));
  }

  /** Sums that have changed before the tail began, which it does not send. */
  async #readTotals(): Promise<void> {
    const totals = await this.options.tail.missed.totals();
    this.#mayMissTotals = false;
    this.#send(this.#batchOf(totals));
  }

  /** Answers whether there was anything. */
  async #readPage(): Promise<boolean> {
    const batches = await this.options.tail.missed.after(this.#numbers);
    for (const batch of batches) {
      this.#mayMissTotals ||= batch.changesTotals;
      this.#send(batch);
      await this.options.client.connection.flushed();
    }
    return batches.length > 0;
  }

  /** The execution's end is the last frame; after a restore there is none. */
  #endIfOver(): void {
    const { tail, client } = this.options;
    if (!tail.end || (tail.end !== 'restored' && !this.#isLive)) return;
    if (tail.end !== 'restored') this.#send(this.#batchOf([{ lane: 'domain', item: tail.end }]), true);
    client.connection.end();
  }

  #batchOf(events: readonly LiveEvent[]): LiveBatch {
    const { executionId, cursor } = this.options;
    return new LiveBatch({ executionId, epoch: cursor.epoch }, this.#numbers, events);
  }

  /** Sends what the client does not have; to most clients the same bytes. */
  #send(batch: LiveBatch, isEnd = false): void {
    const { connection, form, names } = this.options.client;
    const { position, sequence } = this.#numbers;
    const isAtItsBeginning = position === batch.before.position && sequence === batch.before.sequence;
    if (isAtItsBeginning && !names) connection.write(batch.bytesFor(form));
    else this.#sendEach(batch, isEnd);
    this.#numbers = isAtItsBeginning ? batch.after : this.#numbers;
  }

  #sendEach(batch: LiveBatch, isEnd: boolean): void {
    const { client, cursor } = this.options;
    const { connection, form, names } = client;
    for (const { event, frames } of batch.textsFor(form)) {
      if (isSent(this.#numbers, event)) continue;
      this.#numbers = afterEvent(this.#numbers, event);
      const id = form.hasIds ? idText(formatCursor({ ...cursor, ...this.#numbers })) : '';
      for (const { name, text } of frames) if (isEnd || !names || names.has(name)) connection.write(id + text);
    }
  }
}

/** The numbers of one that has all that the other has: numbers in between belong to other executions. */
const furthest = (one: LiveNumbers, other: LiveNumbers): LiveNumbers => ({
  position: Math.max(one.position, other.position),
  sequence: Math.max(one.sequence, other.sequence),
});
