import type { Usage } from '@syntropic/kernel';
import { SessionParser, type CollectorClient, type SessionOutcome, type TelemetryEvent } from '@syntropic/telemetry';
import { setImmediate } from 'node:timers/promises';
import type { LegEnd, Spool, SpoolLine } from '../session';
import type { LegEnds, SpooledSession } from './session-directories';

type LaneOptions = Readonly<{
  collector: CollectorClient;
  session: SpooledSession;
  spool: Spool;
  /** How the legs before this one ended. */
  legEnds: LegEnds;
  /** Aborted when the work is no longer held. */
  signal: AbortSignal;
}>;

/** Brings what a session's agent says from its spool to the collector, one batch at a time, and adds up what it used. */
export class TelemetryLane {
  readonly #parser: SessionParser;
  #leg = 1;
  /** Of the last line; ISO 8601. */
  #saidAt: string | undefined;

  private constructor(private readonly options: LaneOptions) {
    const { sessionId, executionId, phaseId } = options.session;
    this.#parser = new SessionParser({ sessionId, executionId, phaseId, startedAt: new Date().toISOString() });
  }

  /** An earlier leg's lines are stored; parsed again they give the same ids, and the sums that go on from there. */
  static async open(options: LaneOptions): Promise<TelemetryLane> {
    const lane = new TelemetryLane(options);
    for (const page of options.spool.committedLines()) {
      for (const line of page) lane.#parse(line);
      // Other sessions, and the leases of all, do not stand still for it.
      await setImmediate();
    }
    return lane;
  }

  get usage(): Usage {
    return this.#parser.usage;
  }

  get events(): number {
    return this.#parser.events;
  }

  get outcome(): SessionOutcome | undefined {
    return this.#parser.outcome;
  }

  /** Until everything that a finished spool holds is durable. */
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

  /** The leg is over, and how. */
  async end(legEnd: LegEnd, time = new Date().toISOString()): Promise<void> {
    const { spool, session } = this.options;
    const events = [...this.#untilLeg(session.leg, time), ...this.#parser.end(ENDED[legEnd], time)];
    await this.#send(spool.last, spool.last, events);
  }

  /** Brings what nobody was left to bring: the session is over, and its last leg ended with its last line. */
  async finish(): Promise<void> {
    const { spool, session, legEnds } = this.options;
    spool.finish();
    await this.run();
    if (this.#saidAt !== undefined) await this.end(legEnds[session.leg] ?? 'KILL', this.#saidAt);
  }

  #parse({ text, line, at, leg }: SpoolLine): TelemetryEvent[] {
    this.#saidAt = at;
    return [...this.#untilLeg(leg, at), ...this.#parser.line(text, line, at)];
  }

  #untilLeg(leg: number, time: string): TelemetryEvent[] {
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
