import { Injectable } from '@nestjs/common';
import type { EventLog } from '@syntropic/event-store';
import type { LogPosition } from '@syntropic/projections';

const FRESH_MS = 1_000;

/** The head of the log: its last position and its epoch, which changes after a restore. */
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

  /** The last known epoch during a store outage: the reply to a successful command must not fail. */
  async epoch(): Promise<string | undefined> {
    const isFresh = performance.now() - this.#readAt < FRESH_MS;
    if (!isFresh) await this.now().catch(() => undefined);
    return this.#epoch;
  }
}
