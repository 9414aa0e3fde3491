import { Signal } from '@syntropic/async';
import type { Usage } from '@syntropic/kernel';
import { costByModel, costView, tokensView } from '../display/usage-fields';
import type { StreamFrame } from './event-stream-text';
import { Lane } from './lane';
import { formatCursor, type LiveCursor } from './live-cursor';
import type { DomainItem, LiveFrame, TelemetryItem } from './live-frame';
import type { LiveTables } from './live-tables';
import { snakeCased } from './snake-case';
import { TERMINAL_EVENTS } from './terminal-events';

/** Where frames go. */
type Sink = Readonly<{ send: (frame: StreamFrame) => void; flushed: () => Promise<void> }>;

type Options = Readonly<{
  executionId: string;
  cursor: LiveCursor;
  tables: LiveTables;
  sink: Sink;
  /** How long to trust the bus before looking at the tables again, which is where lost messages are found. */
  lookEveryMs: () => number;
  onFault: (error: unknown) => void;
}>;

const PAGE = 500;
/** More bytes than these, waiting for a look at the tables to end, are forgotten: the next look finds them. */
const MAX_WAITING_BYTES = 1024 * 1024;
const END_PATIENCE_MS = 5_000;
const END_LOOK_MS = 100;

const CHANGES_TOTALS: ReadonlySet<string> = new Set(['token_usage', 'session_summary', 'leg_ended']);

/**
 * Everything about one execution from a cursor on, each item once and in its lane's order, until the execution has ended.
 * Messages only make it fast: one that is not the next of its lane makes it read the tables.
 */
export class ExecutionStream {
  readonly #domain: Lane<DomainItem>;
  readonly #telemetry: Lane<TelemetryItem>;
  readonly #news = new Signal();
  #waiting: LiveFrame[] = [];
  #waitingBytes = 0;
  #looking = false;
  #mustLook = true;
  #totalsMayDiffer = false;
  #shownTotals = '';
  #end: { item: DomainItem; deadline: number } | undefined;

  constructor(private readonly options: Options) {
    this.#domain = new Lane(options.cursor.position, ({ position }) => position);
    this.#telemetry = new Lane(options.cursor.sequence, ({ sequence }) => sequence);
  }

  /** A message of the bus: late, doubled, reordered, or just right. */
  offer(frame: LiveFrame, bytes: number): void {
    if (this.#looking) this.#keep(frame, bytes);
    else this.#accept(frame);
    this.#news.notify();
  }

  /** Until the execution has ended (true), or the signal. */
  async run(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      try {
        if (this.#mustLook) await this.#look(signal);
        if (this.#totalsMayDiffer) await this.#showTotals();
        if (this.#end && (await this.#isComplete(this.#end.deadline))) {
          this.#sendDomain(this.#end.item);
          return true;
        }
      } catch (error) {
        // The store may be away: the watcher waits, and misses nothing.
        this.options.onFault(error);
        this.#mustLook = true;
      }
      const rang = await this.#news.wait(this.#end ? END_LOOK_MS : this.options.lookEveryMs(), signal);
      if (!rang) this.#mustLook = true;
    }
    return false;
  }

  #keep(frame: LiveFrame, bytes: number): void {
    this.#waitingBytes += bytes;
    if (this.#waitingBytes <= MAX_WAITING_BYTES) this.#waiting.push(frame);
    else this.#mustLook = true;
  }

  #accept(frame: LiveFrame): void {
    if (frame.lane === 'domain') this.#acceptDomain(frame.previous, frame.events);
    else this.#acceptTelemetry(frame.first - 1, frame.events);
  }

  #acceptDomain(previous: number, events: readonly DomainItem[]): void {
    // What follows the end (workspaces that are cleaned up) is nobody's news.
    if (this.#end) return;
    const next = this.#domain.next(previous, events);
    if (!next) this.#mustLook = true;

    for (const item of next ?? []) {
      if (TERMINAL_EVENTS.includes(item.type)) {
        this.#end = { item, deadline: performance.now() + END_PATIENCE_MS };
        return;
      }
      this.#sendDomain(item);
    }
  }

  #acceptTelemetry(previous: number, events: readonly TelemetryItem[]): void {
    const next = this.#telemetry.next(previous, events);
    if (!next) this.#mustLook = true;

    for (const item of next ?? []) {
      this.#telemetry.sent(item);
      const { type, data, sessionId, phaseId, time } = item;
      this.#send(type, { ...data, session_id: sessionId, phase_id: phaseId, time });
      this.#totalsMayDiffer ||= CHANGES_TOTALS.has(type);
    }
  }

  /** What was read of both lanes at once, told as it happened and as fast as the watcher takes it; within a lane its numbers decide. */
  async #acceptInTime(facts: readonly DomainItem[], observations: readonly TelemetryItem[]): Promise<void> {
    let told = 0;
    const tellUntil = async (end: number) => {
      for (; told < end; told++) {
        this.#acceptTelemetry(this.#telemetry.at, observations.slice(told, told + 1));
        await this.options.sink.flushed();
      }
    };
    for (const fact of facts) {
      const later = observations.findIndex(({ time }, index) => index >= told && time > fact.recordedAt);
      await tellUntil(later < 0 ? observations.length : later);
      this.#acceptDomain(this.#domain.at, [fact]);
      await this.options.sink.flushed();
    }
    await tellUntil(observations.length);
  }

  /** Reads both lanes until they are level. What follows the end is not waited for. */
  async #look(signal: AbortSignal): Promise<void> {
    this.#looking = true;
    try {
      this.#mustLook = false;
      const { executionId, tables } = this.options;
      for (let isLevel = false; !isLevel && !signal.aborted;) {
        const [facts, observations] = await Promise.all([
          tables.domainAfter(executionId, this.#domain.at, PAGE),
          tables.telemetryAfter(executionId, this.#telemetry.at, PAGE),
        ]);
        await this.#acceptInTime(facts, observations);
        isLevel = (facts.length < PAGE || this.#end !== undefined) && observations.length < PAGE;
      }
    } finally {
      this.#looking = false;
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
  }

  /** Whether the telemetry that ended sessions counted has been sent, or was waited for long enough. */
  async #isComplete(deadline: number): Promise<boolean> {
    const { executionId, tables } = this.options;
    const [totals, counted] = await Promise.all([tables.totals(executionId), tables.countedTelemetry(executionId)]);
    const stored = new Map(totals.sessions.map(({ sessionId, events }) => [sessionId, events]));
    const isStored = [...counted].every(([sessionId, events]) => (stored.get(sessionId) ?? 0) >= events);
    if (isStored && this.#telemetry.at >= totals.events && !this.#totalsMayDiffer) return true;

    this.#mustLook = true;
    return performance.now() >= deadline;
  }

  #sendDomain(item: DomainItem): void {
    this.#domain.sent(item);
    this.#send(item.type, { ...(snakeCased(item.data) as object), recorded_at: item.recordedAt });
  }

  #send(event: string, data: object): void {
    const cursor = { ...this.options.cursor, position: this.#domain.at, sequence: this.#telemetry.at };
    this.options.sink.send({ id: formatCursor(cursor), event, data });
  }
}

/** Totals, never differences: a watcher that misses one loses nothing. */
const totalsFrames = (usage: Usage) => ({
  tokens: tokensView(usage),
  cost: { ...costView(usage), cost_by_model: costByModel(usage) },
});
