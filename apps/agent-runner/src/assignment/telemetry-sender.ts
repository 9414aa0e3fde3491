import { NO_USAGE, type Usage } from '@syntropic/kernel';
import type { CollectorClient, LegReport, TelemetryEvent } from '@syntropic/telemetry';
import type { LegEnd, Spool } from '../session';
import type { LinesParser } from './first-lines-parser';
import type { ParserThread } from './parser-thread';
import type { LegEnds, SpooledSession } from './session-directories';
import type { ParsedLines, ParserFigures } from './spool-parser';

const NO_RECORDS = new Uint8Array();

type SenderOptions = Readonly<{
  collector: CollectorClient;
  parsing: ParserThread;
  session: SpooledSession;
  spool: Spool;
  /** Ends of the session's earlier legs. */
  legEnds: LegEnds;
  /** Aborted when the lease is lost. */
  signal: AbortSignal;
  /** Hears the session's usage so far after each batch, and after the end of the leg. `sequence` rises, also over legs. */
  onUsage?: ((usage: Usage, sequence: number) => void) | undefined;
  /** Resolves when lines have been gathered for a batch. */
  gathered: () => Promise<void>;
}>;

/** Has a session's spooled lines parsed, sends them to the collector one batch at a time, and keeps the session's figures. */
export class TelemetrySender {
  #figures: ParserFigures = { usage: NO_USAGE, events: 0, model: undefined, report: undefined, lastLineAt: undefined };

  /** Lines that are parsed and not sent. */
  #rest: Readonly<{ firstLine: number; events: readonly TelemetryEvent[] }> | undefined;

  private constructor(
    private readonly options: SenderOptions,
    private readonly parser: LinesParser,
  ) {}

  /** Parses the committed lines of earlier legs again, so that ids and usage continue from there. */
  static async open(options: SenderOptions): Promise<TelemetrySender> {
    const { parsing, session, legEnds, spool } = options;
    const startedAt = new Date().toISOString();
    const sender = new TelemetrySender(options, parsing.open({ session, legEnds, startedAt }));
    sender.#taken(await sender.parser.read(NO_RECORDS));
    for await (const page of spool.committedPages()) sender.#taken(await sender.parser.read(page));
    return sender;
  }

  get usage(): Usage {
    return this.#figures.usage;
  }

  get events(): number {
    return this.#figures.events;
  }

  /** The model that the agent began with. */
  get model(): string | undefined {
    return this.#figures.model;
  }

  /** The agent's own report on its present leg; undefined for a plain program. */
  get report(): LegReport | undefined {
    return this.#figures.report;
  }

  /** Resolves when all lines of a finished spool are stored durably. */
  async run(): Promise<void> {
    await this.runToEnd();
    await this.#sendRest([]);
  }

  /** Resolves when all lines of a finished spool are stored durably, but for the last ones, which `end` sends with the end of their leg. */
  async runToEnd(): Promise<void> {
    const { spool, gathered } = this.options;
    for await (const { firstLine, lastLine, records } of spool.batches(undefined, gathered)) {
      this.#rest = { firstLine, events: this.#taken(await this.parser.read(records)) };
      this.options.onUsage?.(this.usage, 2 * lastLine);
      if (spool.isLast(lastLine)) return;
      await this.#sendRest([], lastLine);
    }
  }

  /** Sends the events that follow from the end of the leg, with the lines that are left. */
  async end(legEnd: LegEnd, time = new Date().toISOString()): Promise<void> {
    const events = this.#taken(await this.parser.end(legEnd, time));
    this.options.onUsage?.(this.usage, 2 * this.options.spool.last + 1);
    await this.#sendRest(events);
  }

  /** Sends the rest of an ended session. Its last leg counts as ended at its last line. */
  async finish(): Promise<void> {
    const { spool, session, legEnds } = this.options;
    spool.finish();
    await this.runToEnd();
    const { lastLineAt } = this.#figures;
    // Without a line there is no rest, either.
    if (lastLineAt !== undefined) await this.end(legEnds[session.leg] ?? 'KILL', lastLineAt);
  }

  close(): void {
    this.parser.close();
  }

  #taken({ events, figures }: ParsedLines): readonly TelemetryEvent[] {
    this.#figures = figures;
    return events;
  }

  /** Sends the parsed lines that are not sent, and these events; then the lines are committed. */
  async #sendRest(more: readonly TelemetryEvent[], lastLine = this.options.spool.last): Promise<void> {
    const { firstLine, events } = this.#rest ?? { firstLine: lastLine, events: [] };
    await this.#send(firstLine, lastLine, [...events, ...more]);
    if (this.#rest) this.options.spool.committed(lastLine);
    this.#rest = undefined;
  }

  async #send(firstLine: number, lastLine: number, events: readonly TelemetryEvent[]): Promise<void> {
    if (events.length === 0) return;
    const { collector, session, signal } = this.options;
    const { sessionId, executionId, token } = session;
    await collector.sendBatch(
      { sessionId, executionId, lease: { sessionId, token }, firstLine, lastLine, events },
      signal,
    );
  }
}
