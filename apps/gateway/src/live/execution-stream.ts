import { DONE, repeat, Signal } from '@syntropic/async';
import type { Usage } from '@syntropic/kernel';
import { tokensView, type DomainItem, type LiveFrame, type TelemetryItem } from '@syntropic/live';
import { costByModel, costView } from '../display/usage-fields';
import type { StreamFrame } from './event-stream-text';
import { BudgetFrames } from './budget-frames';
import { formatCursor, type LiveCursor } from './live-cursor';
import type { LiveTables } from './live-tables';
import { OrderedChannel } from './ordered-channel';
import { TERMINAL_EVENTS } from './terminal-events';

/** The client's side of a stream. */
export type Sink = Readonly<{
  /** Sends a domain event, in the form that this kind of client knows. */
  sendEvent: (event: DomainItem, id: string) => void;
  /** Sends a frame of telemetry or totals. */
  send: (frame: StreamFrame) => void;
  flushed: () => Promise<void>;
}>;

type Options = Readonly<{
  executionId: string;
  cursor: LiveCursor;
  tables: LiveTables;
  sink: Sink;
  /** Milliseconds without a frame after which the tables are read, to find lost frames. */
  pollMs: () => number;
  onFault: (error: unknown) => void;
}>;

/** Frames that arrive while the tables are read wait; frames beyond this are dropped and read from the tables. */
const MAX_WAITING_BYTES = 1024 * 1024;
/** The terminal frame waits this long for telemetry that is not stored yet. */
const END_WAIT_MS = 5_000;
const END_POLL_MS = 100;

const CHANGES_TOTALS: ReadonlySet<string> = new Set(['token_usage', 'model_call', 'session_summary', 'leg_ended']);

/**
 * The events of one execution after a cursor, each once and in its channel's order, until the execution has ended.
 * Frames of the bus only make it fast: a frame that does not follow the last one makes it read the tables.
 */
export class ExecutionStream {
  readonly #domain: OrderedChannel<DomainItem>;
  readonly #telemetry: OrderedChannel<TelemetryItem>;
  readonly #news = new Signal();
  #waiting: LiveFrame[] = [];
  #waitingBytes = 0;
  #isReading = false;
  #mustRead = true;
  #totalsMayDiffer = false;
  #shownTotals = '';
  readonly #budget: BudgetFrames;
  #end: { item: DomainItem; deadline: number } | undefined;

  constructor(private readonly options: Options) {
    this.#domain = new OrderedChannel(options.cursor.position, ({ position }) => position);
    this.#telemetry = new OrderedChannel(options.cursor.sequence, ({ sequence }) => sequence);
    this.#budget = new BudgetFrames(() => options.tables.limits(options.executionId));
  }

  /** A frame of the bus: it may be late, doubled or out of order. */
  offer(frame: LiveFrame, bytes: number): void {
    if (this.#isReading) this.#keep(frame, bytes);
    else this.#accept(frame);
    this.#news.notify();
  }

  /** After a lost frame. */
  readTables(): void {
    this.#mustRead = true;
    this.#news.notify();
  }

  /** Resolves with `true` when the execution has ended, with `false` at the signal. */
  async run(signal: AbortSignal): Promise<boolean> {
    const everyMs = () => (this.#end ? END_POLL_MS : this.options.pollMs());
    // During a store outage the client waits; nothing is lost.
    const onFault = (error: unknown) => {
      this.options.onFault(error);
      this.#mustRead = true;
    };
    let hasEnded = false;
    await repeat(signal, { everyMs, wake: this.#news, onFault }, async (isWoken) => {
      if (this.#mustRead || !isWoken) await this.#readTables(signal);
      if (this.#totalsMayDiffer) await this.#showTotals();
      else if (!isWoken || this.#end) await this.#showBudget();
      if (!this.#end || !(await this.#isComplete(this.#end.deadline))) return undefined;
      this.#sendDomain(this.#end.item);
      hasEnded = true;
      return DONE;
    });
    return hasEnded;
  }

  #keep(frame: LiveFrame, bytes: number): void {
    this.#waitingBytes += bytes;
    if (this.#waitingBytes <= MAX_WAITING_BYTES) this.#waiting.push(frame);
    else this.#mustRead = true;
  }

  #accept(frame: LiveFrame): void {
    if (frame.lane === 'domain') this.#acceptDomain(frame.previous, frame.events);
    else this.#acceptTelemetry(frame.first - 1, frame.events);
  }

  #acceptDomain(previous: number, events: readonly DomainItem[]): void {
    // Events after the end, such as the clean-up of workspaces, are not sent.
    if (this.#end) return;
    const next = this.#domain.next(previous, events);
    if (!next) this.#mustRead = true;

    for (const item of next ?? []) {
      if (TERMINAL_EVENTS.includes(item.type)) {
        this.#end = { item, deadline: performance.now() + END_WAIT_MS };
        return;
      }
      this.#sendDomain(item);
    }
  }

  #acceptTelemetry(previous: number, events: readonly TelemetryItem[]): void {
    const next = this.#telemetry.next(previous, events);
    if (!next) this.#mustRead = true;

    for (const item of next ?? []) {
      this.#telemetry.sent(item);
      const { type, data, sessionId, phaseId, time } = item;
      this.#send(type, { ...data, session_id: sessionId, phase_id: phaseId, time });
      this.#totalsMayDiffer ||= CHANGES_TOTALS.has(type);
    }
  }

  /** Merges a page of each channel by time, at the client's pace. Within a channel the numbers decide the order. */
  async #acceptByTime(domain: readonly DomainItem[], telemetry: readonly TelemetryItem[]): Promise<void> {
    let sent = 0;
    const sendTelemetryUpTo = async (end: number) => {
      for (; sent < end; sent++) {
        this.#acceptTelemetry(this.#telemetry.last, telemetry.slice(sent, sent + 1));
        await this.options.sink.flushed();
      }
    };
    for (const item of domain) {
      const later = telemetry.findIndex(({ time }, index) => index >= sent && time > item.recordedAt);
      await sendTelemetryUpTo(later < 0 ? telemetry.length : later);
      this.#acceptDomain(this.#domain.last, [item]);
      await this.options.sink.flushed();
    }
    await sendTelemetryUpTo(telemetry.length);
  }

  /** Reads both channels until they are level. Domain events after the end are not read. */
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
        await this.#acceptByTime(domain, telemetry);
        isLevel = (domain.length === 0 || this.#end !== undefined) && telemetry.length === 0;
      }
    } finally {
      this.#isReading = false;
      this.#waitingBytes = 0;
      for (const frame of this.#waiting.splice(0)) this.#accept(frame);
    }
  }

  async #showTotals(): Promise<void> {
    this.#totalsMayDiffer = false;
    const { usage } = await this.options.tables.totals(this.options.executionId);
    const shown = JSON.stringify(usage);
    if (shown === this.#shownTotals) return;

    this.#shownTotals = shown;
    for (const [event, data] of Object.entries(totalsFrames(usage))) this.#send(event, data);
    await this.#showBudget();
  }

  async #showBudget(): Promise<void> {
    const frame = await this.#budget.next();
    if (frame) this.#send('budget', frame);
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
    if (isStored && this.#telemetry.last >= totals.events && !this.#totalsMayDiffer) return true;

    this.#mustRead = true;
    return performance.now() >= deadline;
  }

  #sendDomain(item: DomainItem): void {
    this.#domain.sent(item);
    this.#budget.notice(item);
    this.options.sink.sendEvent(item, this.#cursorNow());
  }

  #send(event: string, data: object): void {
    this.options.sink.send({ id: this.#cursorNow(), event, data });
  }

  #cursorNow(): string {
    return formatCursor({
      epoch: this.options.cursor.epoch,
      position: this.#domain.last,
      sequence: this.#telemetry.last,
    });
  }
}

/** Totals, never differences: a client that misses one frame still gets the right sum. */
const totalsFrames = (usage: Usage) => ({
  tokens: tokensView(usage),
  cost: { ...costView(usage), cost_by_model: costByModel(usage) },
});
