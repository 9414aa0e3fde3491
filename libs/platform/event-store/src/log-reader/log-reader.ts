import { AGAIN, repeat, Signal } from '@syntropic/async';
import type { Recorded } from '@syntropic/kernel';
import type { NatsConnection } from 'nats';
import type { EventLog } from '../event-log';
import { LiveTail } from './live-tail';

/** Receives at most 1,000 events, without a gap and in position order. */
export type Apply = (events: readonly Recorded[]) => Promise<void>;

export type LogReaderOptions = Readonly<{
  /** Reports a failed read of the log; it is retried in any case. */
  onFault?: (error: unknown) => void;
}>;

const BATCH = 1_000;
const POLL_MS = 250;

/**
 * Tails the log: first the existing events, then new ones, each once and in order. The bus makes it fast and Postgres makes
 * it correct: events that the bus lost, doubled or never had are read from the log.
 */
export class LogReader {
  readonly #onFault: (error: unknown) => void;

  constructor(
    private readonly log: EventLog,
    private readonly nats: NatsConnection | undefined,
    { onFault = () => undefined }: LogReaderOptions = {},
  ) {
    this.#onFault = onFault;
  }

  /** Calls `apply` for one batch at a time until the signal. An error of `apply` ends the reading and is thrown. */
  async follow(after: number, apply: Apply, signal: AbortSignal): Promise<void> {
    const { epoch } = await this.log.head();
    const arrivals = new Signal();
    const tail = new LiveTail(epoch, () => {
      arrivals.notify();
    });
    const ended = new AbortController();
    const listening = this.nats && tail.listen(this.nats, AbortSignal.any([signal, ended.signal]));

    try {
      let position = after;
      await repeat(signal, { everyMs: POLL_MS, wake: arrivals }, async () => {
        const events = await this.#next(position, tail);
        const last = events.at(-1);
        if (!last) return undefined;

        await apply(events);
        position = last.position;
        return AGAIN;
      });
    } finally {
      ended.abort();
      await listening;
    }
  }

  async #next(position: number, tail: LiveTail): Promise<readonly Recorded[]> {
    if (tail.newEpoch) throw new Error(`the log was restored: its epoch is now ${tail.newEpoch}`);

    const arrived = tail.take(position, BATCH);
    if (arrived.length > 0 || tail.isCaughtUpAt(position)) return arrived;

    tail.reset();
    const events = await this.#read(position);
    // Only a page that is not full shows that there is no more.
    if (!events || events.length === BATCH) tail.markIncomplete();
    return inSequence(events ?? [], position);
  }

  async #read(position: number): Promise<Recorded[] | undefined> {
    try {
      return await this.log.read(position, BATCH);
    } catch (error) {
      this.#onFault(error);
      return undefined;
    }
  }
}

/** @throws when a position is missing: the log is damaged, and a reader must not skip it. */
function inSequence(events: readonly Recorded[], after: number): readonly Recorded[] {
  events.forEach(({ position }, index) => {
    if (position !== after + index + 1) throw new Error(`the log lacks position ${after + index + 1}`);
  });
  return events;
}
