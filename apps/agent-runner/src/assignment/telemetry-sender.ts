import type { Usage } from '@syntropic/kernel';
import { SessionParser, type CollectorClient, type LegReport, type TelemetryEvent } from '@syntropic/telemetry';
import { setImmediate } from 'node:timers/promises';
import type { LegEnd, Spool, SpoolLine } from '../session';
import type { LegEnds, SpooledSession } from './session-directories';

type SenderOptions = Readonly<{
  collector: CollectorClient;
  session: SpooledSession;
  spool: Spool;
  /** Ends of the session's earlier legs. */
  legEnds: LegEnds;
  /** Aborted when the lease is lost. */
  signal: AbortSignal;
}>;

/** Parses a session's spooled lines, sends them to the collector one batch at a time, and adds up the usage. */
export class TelemetrySender {
  readonly #parser: SessionParser;
  #leg = 1;
  /** Time of the last parsed line, ISO 8601. */
  #lastLineAt: string | undefined;

  private constructor(private readonly options: SenderOptions) {
    const { sessionId, executionId, phaseId, output } = options.session;
    const session = { sessionId, executionId, phaseId, startedAt: new Date().toISOString() };
    this.#parser = new SessionParser(session, output);
  }

  /** Parses the committed lines of earlier legs again, so that ids and usage continue from there. */
  static async open(options: SenderOptions): Promise<TelemetrySender> {
    const sender = new TelemetrySender(options);
    for (const page of options.spool.committedLines()) {
      for (const line of page) sender.#parse(line);
      // Yields to the other sessions and the lease renewals.
      await setImmediate();
    }
    return sender;
  }

  get usage(): Usage {
    return this.#parser.usage;
  }

  get events(): number {
    return this.#parser.events;
  }

  /** What the agent itself has told about its present leg; undefined for a plain program. */
  get report(): LegReport | undefined {
    return this.#parser.reportOf(this.options.session.leg);
  }

  /** Resolves when all lines of a finished spool are stored durably. */
  async run(): Promise<void> {
    const { spool } = this.options;
    for await (const lines of spool.batches()) {
      const [first, last] = [lines.at(0), lines.at(-1)];
      if (!first || !last) continue;
      await this.#send(
        first.line,
        last.line,
        lines.flatMap((line) => this.#parse(line)),
      );
      spool.committed(last.line);
    }
  }

  /** Sends the events that follow from the end of the leg. */
  async end(legEnd: LegEnd, time = new Date().toISOString()): Promise<void> {
    const { spool, session } = this.options;
    const events = [...this.#legEndsBefore(session.leg, time), ...this.#parser.end(ENDED[legEnd], time)];
    await this.#send(spool.last, spool.last, events);
  }

  /** Sends the rest of an ended session. Its last leg counts as ended at its last line. */
  async finish(): Promise<void> {
    const { spool, session, legEnds } = this.options;
    spool.finish();
    await this.run();
    if (this.#lastLineAt !== undefined) await this.end(legEnds[session.leg] ?? 'KILL', this.#lastLineAt);
  }

  #parse({ text, line, at, leg, stream }: SpoolLine): TelemetryEvent[] {
    this.#lastLineAt = at;
    return [...this.#legEndsBefore(leg, at), ...this.#parser.line(text, line, at, stream)];
  }

  #legEndsBefore(leg: number, time: string): TelemetryEvent[] {
    const events: TelemetryEvent[] = [];
    for (; this.#leg < leg; this.#leg++) {
      events.push(...this.#parser.end(ENDED[this.options.legEnds[this.#leg] ?? 'KILL'], time));
    }
    return events;
  }

  async #send(firstLine: number, lastLine: number, events: TelemetryEvent[]): Promise<void> {
    if (events.length === 0) return;
    const { collector, session, signal } = this.options;
    const { sessionId, executionId, token } = session;
    await collector.sendBatch(
      { sessionId, executionId, lease: { sessionId, token }, firstLine, lastLine, events },
      signal,
    );
  }
}

const ENDED = { exit: 'exited', INT: 'interrupted', TERM: 'interrupted', KILL: 'killed' } as const;
