import { AGAIN, Pace, repeat, Signal, type PaceOptions } from '@syntropic/async';
import type { Recorded } from '@syntropic/kernel';
import type { NatsConnection } from 'nats';
import type { EventLog, LogPage } from '../event-log';
import { LogRestored, requireContinuation, type LogPlace } from '../log-place';
import { LiveTail } from './live-tail';

/** Receives a page: at most 1,000 events or 4 MiB, without a gap and in position order. */
export type Apply = (events: readonly Recorded[]) => Promise<void>;

export type LogReaderOptions = Readonly<{
  /** Reports a failed read of the log; it is retried in any case. */
  onFault?: (error: unknown) => void;
  /**
   * How far apart batches begin; without it they follow each other. The first event after a rest does not wait, nor does what follows a
   * large batch.
   */
  pace?: PaceOptions;
}>;

const POLL_MS = 250;
/** A batch of so many events is worth its cost, and the next one is probably as large. */
const LARGE_BATCH = 100;
const UNPACED: PaceOptions = { times: 0, leastMs: 0, mostMs: 0 };

/**
 * Tails the log: first the existing events, then new ones, each once and in order. The bus makes it fast and Postgres makes
 * it correct: events that the bus lost, doubled or never had are read from the log.
 */
export class LogReader {
  readonly #onFault: (error: unknown) => void;
  readonly #pace: PaceOptions;

  constructor(
    private readonly log: EventLog,
    private readonly nats: NatsConnection | undefined,
    { onFault = () => undefined, pace = UNPACED }: LogReaderOptions = {},
  ) {
    this.#onFault = onFault;
    this.#pace = pace;
  }

  /**
   * Calls `apply` for one page at a time until the signal. An error of `apply` ends the reading and is thrown.
   * @throws LogRestored when the log does not hold what was read
   */
  async follow(after: number, apply: Apply, signal: AbortSignal): Promise<void> {
    const { epoch } = await this.log.head();
    const arrivals = new Signal();
    const tail = new LiveTail(epoch, () => {
      arrivals.notify();
    });
    const ended = new AbortController();
    const listening = this.nats && tail.listen(this.nats, AbortSignal.any([signal, ended.signal]));

    try {
      let place: LogPlace = { epoch, position: after };
      const pace = new Pace(this.#pace);
      let isLarge = false;
      await repeat(signal, { everyMs: POLL_MS, wake: arrivals }, async () => {
        await pace.turn({ isLarge, signal });
        const events = await this.#next(place, tail);
        const last = events.at(-1);
        if (!last) return undefined;

        await pace.step(() => apply(events));
        place = { epoch, position: last.position, event: last.id };
        isLarge = events.length >= LARGE_BATCH;
        return AGAIN;
      });
    } finally {
      ended.abort();
      await listening;
    }
  }

  async #next(place: LogPlace, tail: LiveTail): Promise<readonly Recorded[]> {
    const { position } = place;
    if (tail.newEpoch) throw new LogRestored(`its epoch is now ${tail.newEpoch}`);

    const arrived = tail.take(position);
    if (arrived.length > 0 || tail.isCaughtUpAt(position)) return arrived;

    tail.reset();
    const page = await this.#read(position);
    if (!page) {
      tail.markIncomplete();
      return [];
    }
    requireContinuation(page, place);
    if ((page.events.at(-1)?.position ?? position) < page.head.position) tail.markIncomplete();
    return inSequence(page.events, position);
  }

  async #read(position: number): Promise<LogPage | undefined> {
    try {
      return await this.log.read(position);
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
