import { Injectable, Logger } from '@nestjs/common';
import { AGAIN, repeat, Signal } from '@syntropic/async';
import { EVERY_EXECUTION, LiveBus } from '../live-bus';
import { LiveTables, type Activity } from '../live-tables';
import { ACTIVITY_TYPES } from './plain-frames';

type Listener = (activity: Activity) => void;

/** Reads starts and ends of all executions once for all listeners. */
@Injectable()
export class ActivityFeed {
  readonly #logger = new Logger(ActivityFeed.name);
  readonly #listeners = new Set<Listener>();
  #reading = new AbortController();

  constructor(
    private readonly tables: LiveTables,
    private readonly bus: LiveBus,
  ) {}

  /** Delivers activities from now on, until the listener leaves. */
  listen(listener: Listener): void {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#begin();
  }

  leave(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#reading.abort();
  }

  #begin(): void {
    this.#reading = new AbortController();
    const { signal } = this.#reading;
    const news = new Signal();
    this.bus.listen(EVERY_EXECUTION, signal, {
      frame: (frame) => {
        if (frame.lane !== 'domain') return;
        // A frame without events points at one of unknown type.
        const isUnknown = frame.events.length === 0;
        if (isUnknown || frame.events.some(({ type }) => ACTIVITY_TYPES.includes(type))) news.notify();
      },
      loss: () => {
        news.notify();
      },
    });
    void this.#read(news, signal);
  }

  async #read(news: Signal, signal: AbortSignal): Promise<void> {
    let position: number | undefined;
    const onFault = (error: unknown) => {
      this.#logger.warn('the activity feed waits for the store', { error });
    };
    await repeat(signal, { everyMs: () => this.bus.pollMs, wake: news, onFault }, async () => {
      const head = await this.tables.feedHead();
      // A log that was restored ends below what was delivered.
      const before = Math.min(position ?? head, head);
      const activities = before < head ? await this.tables.activityAfter(before, head, ACTIVITY_TYPES) : [];
      // The present listeners belong to a later reading.
      if (signal.aborted) return undefined;
      for (const activity of activities) for (const listener of this.#listeners) listener(activity);
      // A page may end early: what follows it is read at once. Without one there is nothing up to the head.
      position = activities.at(-1)?.position ?? head;
      return activities.length > 0 && AGAIN;
    });
  }
}
