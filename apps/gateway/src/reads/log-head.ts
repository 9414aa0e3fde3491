import { Injectable } from '@nestjs/common';
import type { EventLog } from '@syntropic/event-store';
import type { LogPosition } from '@syntropic/projections';

const FRESH_MS = 1_000;

/** How far the log is, and which log it is: that changes only when it is restored. */
@Injectable()
export class LogHead {
  #epoch: string | undefined;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly log: Pick<EventLog, 'head'>) {}

  async now(): Promise<LogPosition> {
    const head = await this.log.head();
    this.#epoch = head.epoch;
    this.#readAt = performance.now();
    return head;
  }

  /** As known last while the store does not answer: the reply to a change that was made must not fail for it. */
  async epoch(): Promise<string | undefined> {
    const isFresh = performance.now() - this.#readAt < FRESH_MS;
    if (!isFresh) await this.now().catch(() => undefined);
    return this.#epoch;
  }
}
