import { repeat, DONE } from '@syntropic/async';
import { changesTotals, type ExecutionTail, type TailListener } from './execution-tail';
import { idText } from './event-stream-text';
import { LiveBatch } from './live-batch';
import { formatCursor, type LiveCursor } from './live-cursor';
import { afterEvent, isSent, mergedByTime, type LiveEvent, type LiveNumbers } from './live-event';
import type { LiveTables } from './live-tables';
import type { SseConnection } from './sse-connection';
import type { StreamForm } from './stream-form';
import { TERMINAL_EVENTS } from './terminal-events';

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
  tables: LiveTables;
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
  #mayMissTotals = false;
  #wake: () => void = () => undefined;

  constructor(private readonly options: Options) {
    this.#numbers = options.cursor;
  }

  /** Resolves with `true` when the client has everything, and when the log was restored; with `false` when it has left. */
  async run(): Promise<boolean> {
    const { tail, client, onFault } = this.options;
    const { signal } = client.connection;
    const wake = () => {
      this.#wake();
    };
    signal.addEventListener('abort', wake);
    tail.listen(this);
    let hasEverything = false;
    await repeat(signal, { everyMs: RETRY_MS, onFault }, async () => {
      while (!signal.aborted && !hasEverything) {
        await this.#catchUp(signal);
        hasEverything = this.#sendEnd();
        if (!hasEverything) await this.#listen(signal);
      }
      return DONE;
    });
    return hasEverything;
  }

  started(): void {
    this.#wake();
  }

  ended(): void {
    this.#wake();
  }

  events(batch: LiveBatch): void {
    if (!this.#isLive) return;
    const { connection } = this.options.client;
    if (connection.isBehind) {
      this.#isLive = false;
      this.#wake();
      return;
    }
    this.#send(batch);
  }

  /** Reads what lies between the client and the tail. Afterwards the client has all that the tail has sent, and listens. */
  async #catchUp(signal: AbortSignal): Promise<void> {
    const { executionId, tail, tables, client } = this.options;
    await client.connection.flushed();
    while (!signal.aborted && !this.#isLive && tail.end !== 'restored') {
      const reached = tail.numbers;
      if (!reached) {
        await this.#sleep();
        continue;
      }
      const isLevel = this.#numbers.position >= reached.position && this.#numbers.sequence >= reached.sequence;
      if (isLevel || !(await this.#readPage(executionId, tables))) this.#isLive = reached === tail.numbers;
    }
    if (!this.#isLive) return;
    this.#numbers = furthest(this.#numbers, tail.numbers);
    if (this.#mayMissTotals) tail.showTotals();
    this.#mayMissTotals = false;
    this.#send(this.#batchOf(tail.totals));
  }

  /** Answers whether there was anything. */
  async #readPage(executionId: string, tables: LiveTables): Promise<boolean> {
    const [read, telemetry] = await Promise.all([
      tables.domainAfter(executionId, this.#numbers.position),
      tables.telemetryAfter(executionId, this.#numbers.sequence),
    ]);
    const end = read.findIndex(({ type }) => TERMINAL_EVENTS.includes(type));
    const domain = end < 0 ? read : read.slice(0, end);
    for (const event of mergedByTime(domain, telemetry)) {
      this.#mayMissTotals ||= changesTotals(event);
      this.#send(this.#batchOf([event]));
      await this.options.client.connection.flushed();
    }
    return domain.length > 0 || telemetry.length > 0;
  }

  /** The execution's end is the last frame; after a restore there is none. */
  #sendEnd(): boolean {
    const { end } = this.options.tail;
    if (!end || (end !== 'restored' && !this.#isLive)) return false;
    if (end !== 'restored') this.#send(this.#batchOf([{ lane: 'domain', item: end }]), true);
    return true;
  }

  async #listen(signal: AbortSignal): Promise<void> {
    while (this.#isLive && !signal.aborted && !this.options.tail.end) await this.#sleep();
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
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
const furthest = (one: LiveNumbers, other: LiveNumbers | undefined): LiveNumbers => ({
  position: Math.max(one.position, other?.position ?? 0),
  sequence: Math.max(one.sequence, other?.sequence ?? 0),
});
