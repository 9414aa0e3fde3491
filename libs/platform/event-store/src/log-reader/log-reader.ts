import { Doorbell } from '@syntropic/messaging';
import type { Recorded } from '@syntropic/kernel';
import type { NatsConnection } from 'nats';
import type { EventLog } from '../event-log';
import { LiveTail } from './live-tail';

/** Gets what has arrived: at most 1,000 events, gap-free and in position order. */
export type Apply = (events: readonly Recorded[]) => Promise<void>;

export type LogReaderOptions = Readonly<{
  /** Hears of a log that cannot be read at the moment. It is tried again in any case. */
  onFault?: (error: unknown) => void;
}>;

const BATCH = 1_000;
const LOOK_MS = 250;

/**
 * Tails the log: everything behind it, then whatever arrives, each event once and in order. The bus makes it fast, Postgres makes
 * it right: what the bus lost, doubled, or has never seen is read from the log.
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

  /** Calls `apply` one batch at a time until the signal; what `apply` throws ends it, and the caller decides how to go on. */
  async follow(after: number, apply: Apply, signal: AbortSignal): Promise<void> {
    const { epoch } = await this.log.head();
    const news = new Doorbell();
    const tail = new LiveTail(epoch, () => {
      news.ring();
    });
    const ended = new AbortController();
    const until = AbortSignal.any([signal, ended.signal]);
    const listening = this.nats && tail.listen(this.nats, until);

    try {
      let position = after;
      while (!signal.aborted) {
        const events = await this.#next(position, tail);
        const last = events.at(-1);
        if (last) {
          await apply(events);
          position = last.position;
        } else {
          await news.wait(LOOK_MS, signal);
        }
      }
    } finally {
      ended.abort();
      await listening;
    }
  }

  async #next(position: number, tail: LiveTail): Promise<readonly Recorded[]> {
    if (tail.successor) throw new Error(`the log was restored: its epoch is now ${tail.successor}`);

    const arrived = tail.take(position, BATCH);
    if (arrived.length > 0 || tail.isLevelWith(position)) return arrived;

    tail.startOver();
    const events = await this.#read(position);
    // Only a page that is not full says that there is no more.
    if (!events || events.length === BATCH) tail.fallBehind();
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

/** A missing number is a fault of the log, and nobody may step over it. */
function inSequence(events: readonly Recorded[], after: number): readonly Recorded[] {
  events.forEach(({ position }, index) => {
    if (position !== after + index + 1) throw new Error(`the log lacks position ${after + index + 1}`);
  });
  return events;
}
