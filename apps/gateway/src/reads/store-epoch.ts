import { Injectable } from '@nestjs/common';
import type { EventLog } from '@syntropic/event-store';

const FRESH_MS = 1_000;

/** Which log positions count in. It changes only when the log is restored. */
@Injectable()
export class StoreEpoch {
  #known: string | undefined;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly log: Pick<EventLog, 'head'>) {}

  /** What was known last, while the store does not answer: the reply to a change that was made must not fail for it. */
  async current(): Promise<string | undefined> {
    if (performance.now() - this.#readAt < FRESH_MS) return this.#known;
    try {
      this.#known = (await this.log.head()).epoch;
      this.#readAt = performance.now();
    } catch {
      // The store being away is the reader's news, not this one's.
    }
    return this.#known;
  }
}
