import type { Recorded } from '@syntropic/kernel';
import type { NatsConnection } from 'nats';
import { Doorbell } from '../doorbell';
import type { EventLog } from '../event-log';

/** Gets what has arrived: at most 1,000 events, gap-free and in position order. */
export type Apply = (events: readonly Recorded[]) => Promise<void>;

const BATCH = 1_000;
const POLL_MS = 250;

/** Tails the log: everything behind it, then whatever arrives, each event once and in order. */
export class LogReader {
  constructor(
    private readonly log: EventLog,
    protected readonly nats: NatsConnection | undefined,
  ) {}

  /** Calls `apply` one batch at a time until the signal; what `apply` throws ends it, and the caller decides how to go on. */
  async follow(after: number, apply: Apply, signal: AbortSignal): Promise<void> {
    const news = new Doorbell();
    let position = after;

    while (!signal.aborted) {
      const events = await this.log.read(position, BATCH);
      const last = events.at(-1);
      if (last) {
        await apply(events);
        position = last.position;
      } else {
        await news.wait(POLL_MS, signal);
      }
    }
  }
}
