import { DONE, repeat, Signal } from '@syntropic/async';
import type { DomainItem, LiveFrame, TelemetryItem } from '@syntropic/live';
import { LiveBatch } from './live-batch';
import { mergedByTime, type LiveEvent, type LiveNumbers } from './live-event';
import type { LiveTables } from './live-tables';
import { LiveTotals } from './live-totals';
import { MissedEvents } from './missed-events';
import { OrderedChannel } from './ordered-channel';
import { TERMINAL_EVENTS } from './terminal-events';

/** One that is told what happens from now on. */
export interface TailListener {
  /** The tail has numbers now. */
  started(): void;
  events(batch: LiveBatch): void;
  /** The tail has ended: see `end`. */
  ended(): void;
}

type Options = Readonly<{
  executionId: string;
  epoch: string;
  tables: LiveTables;
  /** Milliseconds without a frame after which the tables are read, to find lost frames. */
  pollMs: () => number;
  onFault: (error: unknown) => void;
}>;

/** Frames that arrive while the tables are read wait; frames beyond this are dropped and read from the tables. */
const MAX_WAITING_BYTES = 1024 * 1024;
/** The terminal event waits this long for telemetry that is not stored yet. */
const END_WAIT_MS = 5_000;
const END_POLL_MS = 100;

/**
 * What happens in one execution from now on, found once for all that watch it: each event once and in its lane's order, until the
 * execution has ended. Frames of the bus only make it fast: a frame that does not follow the last one makes it read the tables.
 */
export class ExecutionTail {
  #domain = new OrderedChannel<DomainItem>(0, ({ position }) => position);
  #telemetry = new OrderedChannel<TelemetryItem>(0, ({ sequence }) => sequence);
  readonly #listeners = new Set<TailListener>();
  readonly #news = new Signal();
  readonly #totals: LiveTotals;
  /** Made once for all that join before the next event. */
  #joining: LiveBatch | undefined;
  /** For watchers that are not level with the tail. */
  readonly missed: MissedEvents;
  #published: LiveNumbers | undefined;
  #unsent: LiveEvent[] = [];
  #waiting: LiveFrame[] = [];
  #waitingBytes = 0;
  #isReading = false;
  #mustRead = true;
  #ending: { item: DomainItem; deadline: number } | undefined;
  #end: DomainItem | 'restored' | undefined;

  constructor(private readonly options: Options) {
    this.#totals = new LiveTotals(options.executionId, options.tables);
    this.missed = new MissedEvents(options, options.tables);
  }

  /** Sent to all that listen so far. Undefined until the tail has found where it begins. */
  get numbers(): LiveNumbers | undefined {
    return this.#published;
  }

  /**
   * The execution's last event, when all telemetry before it has been sent; `restored` when the log has another epoch, so that
   * no number is valid any more.
   */
  get end(): DomainItem | 'restored' | undefined {
    return this.#end;
  }

  /** The sums as they were sent last, for those that join at its present numbers. */
  totalsAt(numbers: LiveNumbers): LiveBatch {
    this.#joining ??= new LiveBatch(this.options, numbers, this.#totals.last);
    return this.#joining;
  }

  listen(listener: TailListener): void {
    this.#listeners.add(listener);
  }

  /** Answers how many listen still. */
  leave(listener: TailListener): number {
    this.#listeners.delete(listener);
    return this.#listeners.size;
  }

  /** A frame of the bus: it may be late, doubled or out of order. */
  offer(frame: LiveFrame, bytes: number): void {
    if (this.#isReading) this.#keep(frame, bytes);
    else if (this.#published) this.#accept(frame);
    this.#news.notify();
  }

  /** After a lost frame. */
  readTables(): void {
    this.#mustRead = true;
    this.#news.notify();
  }

  /** The log was restored: watchers come again, and get a snapshot. */
  restored(): void {
    this.#finish('restored');
  }

  /** Resolves when the execution has ended, and at the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const everyMs = () => (this.#ending ? END_POLL_MS : this.options.pollMs());
    // During a store outage the clients wait; nothing is lost.
    const onFault = (error: unknown) => {
      this.options.onFault(error);
      this.#mustRead = true;
    };
    await repeat(signal, { everyMs, wake: this.#news, onFault }, async (isWoken) => {
      if (!this.#published) await this.#start();
      if (this.#mustRead || !isWoken) await this.#readTables(signal);
      if (this.#totals.mayDiffer) this.#publish(await this.#totals.next());
      else if (!isWoken || this.#ending) this.#publish(await this.#totals.nextBudget());
      if (!this.#ending || !(await this.#isComplete(this.#ending.deadline))) return undefined;
      this.#finish(this.#ending.item);
      return DONE;
    });
  }

  async #start(): Promise<void> {
    const numbers = await this.options.tables.numbersOf(this.options.executionId);
    this.#domain = new OrderedChannel(numbers.position, ({ position }) => position);
    this.#telemetry = new OrderedChannel(numbers.sequence, ({ sequence }) => sequence);
    this.#published = numbers;
    this.#joining = undefined;
    for (const listener of this.#listeners) listener.started();
  }

  #keep(frame: LiveFrame, bytes: number): void {
    this.#waitingBytes += bytes;
    if (this.#waitingBytes <= MAX_WAITING_BYTES) this.#waiting.push(frame);
    else this.#mustRead = true;
  }

  #accept(frame: LiveFrame): void {
    if (frame.lane === 'domain') this.#acceptDomain(frame.previous, frame.events);
    else this.#acceptTelemetry(frame.first - 1, frame.events);
    this.#publish();
  }

  #acceptDomain(previous: number, events: readonly DomainItem[]): void {
    // Events after the end, such as the clean-up of workspaces, are not sent.
    if (this.#ending) return;
    const next = this.#domain.next(previous, events);
    if (!next) this.#mustRead = true;

    for (const item of next ?? []) {
      if (TERMINAL_EVENTS.includes(item.type)) {
        this.#ending = { item, deadline: performance.now() + END_WAIT_MS };
        return;
      }
      this.#domain.sent(item);
      this.#add({ lane: 'domain', item });
    }
  }

  #acceptTelemetry(previous: number, events: readonly TelemetryItem[]): void {
    const next = this.#telemetry.next(previous, events);
    if (!next) this.#mustRead = true;

    for (const item of next ?? []) {
      this.#telemetry.sent(item);
      this.#add({ lane: 'telemetry', item });
    }
  }

  #acceptRead(domain: readonly DomainItem[], telemetry: readonly TelemetryItem[]): void {
    for (const event of mergedByTime(domain, telemetry)) {
      if (event.lane === 'domain') this.#acceptDomain(this.#domain.last, [event.item]);
      if (event.lane === 'telemetry') this.#acceptTelemetry(this.#telemetry.last, [event.item]);
    }
    this.#publish();
  }

  /** Reads both lanes until they are level. Domain events after the end are not read. */
  async #readTables(signal: AbortSignal): Promise<void> {
    this.#isReading = true;
    try {
      this.#mustRead = false;
      const { executionId, tables } = this.options;
      for (let isLevel = false; !isLevel && !signal.aborted;) {
        const [domain, telemetry] = await Promise.all([
          tables.domainAfter(executionId, this.#domain.last),
          tables.telemetryAfter(executionId, this.#telemetry.last),
        ]);
        this.#acceptRead(domain, telemetry);
        isLevel = (domain.length === 0 || this.#ending !== undefined) && telemetry.length === 0;
      }
    } finally {
      this.#isReading = false;
      this.#waitingBytes = 0;
      for (const frame of this.#waiting.splice(0)) this.#accept(frame);
    }
  }

  /** All telemetry that the ended sessions counted has been sent or quarantined, or the deadline has passed. */
  async #isComplete(deadline: number): Promise<boolean> {
    const { executionId, tables } = this.options;
    const [totals, counted] = await Promise.all([tables.totals(executionId), tables.countedTelemetry(executionId)]);
    const quarantined = await tables.quarantinedTelemetry([...counted.keys()]);
    const kept = new Map(totals.sessions.map(({ sessionId, events }) => [sessionId, events]));
    const isStored = [...counted].every(
      ([sessionId, events]) => (kept.get(sessionId) ?? 0) + (quarantined.get(sessionId) ?? 0) >= events,
    );
    if (isStored && this.#telemetry.last >= totals.events && !this.#totals.mayDiffer) return true;

    this.#mustRead = true;
    return performance.now() >= deadline;
  }

  #add(event: LiveEvent): void {
    this.#unsent.push(event);
    this.#totals.notice(event);
  }

  /** Tells the listeners the events since the last time, and these, as one batch. */
  #publish(more: readonly LiveEvent[] = []): void {
    this.#unsent.push(...more);
    if (this.#unsent.length === 0 || !this.#published) return;
    const batch = new LiveBatch(this.options, this.#published, this.#unsent);
    this.#unsent = [];
    this.#published = batch.after;
    this.#joining = undefined;
    for (const listener of this.#listeners) listener.events(batch);
  }

  #finish(end: DomainItem | 'restored'): void {
    this.#publish();
    this.#end ??= end;
    for (const listener of this.#listeners) listener.ended();
  }
}
