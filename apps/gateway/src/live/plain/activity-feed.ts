import { Injectable, Logger } from '@nestjs/common';
import { Signal } from '@syntropic/async';
import { LiveBus } from '../live-bus';
import { LiveTables, type Activity } from '../live-tables';
import { ACTIVITY_TYPES } from './plain-event';

type Listener = (activity: Activity) => void;

const PAGE = 500;

/** Starts and ends of everything, read once for all who watch. */
@Injectable()
export class ActivityFeed {
  private readonly logger = new Logger(ActivityFeed.name);
  private readonly listeners = new Set<Listener>();
  private reading = new AbortController();

  constructor(
    private readonly tables: LiveTables,
    private readonly bus: LiveBus,
  ) {}

  /** From now on, until the signal. */
  listen(signal: AbortSignal, listener: Listener): void {
    if (signal.aborted) return;
    this.listeners.add(listener);
    if (this.listeners.size === 1) this.begin();
    signal.addEventListener('abort', () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.reading.abort();
    });
  }

  private begin(): void {
    this.reading = new AbortController();
    const { signal } = this.reading;
    const news = new Signal();
    this.bus.listen('*', signal, (frame) => {
      if (frame.lane !== 'domain') return;
      const mayBeAny = frame.events.length === 0;
      if (mayBeAny || frame.events.some(({ type }) => ACTIVITY_TYPES.includes(type))) news.notify();
    });
    void this.read(news, signal);
  }

  private async read(news: Signal, signal: AbortSignal): Promise<void> {
    let position: number | undefined;
    while (!signal.aborted) {
      try {
        position ??= await this.tables.feedHead();
        position = await this.tell(position, signal);
      } catch (error) {
        this.logger.warn('the activity feed waits for the store', { error });
      }
      await news.wait(this.bus.patienceMs, signal);
    }
  }

  private async tell(after: number, signal: AbortSignal): Promise<number> {
    const activities = await this.tables.activityAfter(after, ACTIVITY_TYPES, PAGE);
    // Those who listen by now are another reading's.
    if (signal.aborted) return after;
    for (const activity of activities) for (const listener of this.listeners) listener(activity);
    return activities.at(-1)?.position ?? after;
  }
}
