import type { Usage } from '@syntropic/kernel';
import { SessionParser, type CollectorClient, type SessionOutcome, type TelemetryEvent } from '@syntropic/telemetry';
import type { LegEnd, Spool, SpoolLine } from '../session';
import type { LegEnds, SpooledSession } from './session-directories';

/** Brings what a session's agent says from its spool to the collector, one batch at a time, and adds up what it used. */
export class TelemetryLane {
  readonly #parser: SessionParser;
  #leg = 1;
  /** Of the last line; ISO 8601. */
  #saidAt: string | undefined;

  constructor(
    private readonly client: CollectorClient,
    private readonly session: SpooledSession,
    private readonly spool: Spool,
    /** How the legs before this one ended. */
    private readonly legEnds: LegEnds,
    private readonly signal: AbortSignal,
  ) {
    const { sessionId, executionId, phaseId } = session;
    this.#parser = new SessionParser({ sessionId, executionId, phaseId, startedAt: new Date().toISOString() });
    // An earlier leg's lines are stored; parsed again they give the same ids, and the sums that go on from there.
    for (const line of spool.committedLines()) this.#parse(line);
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
    for await (const lines of this.spool.batches()) {
      const [first, last] = [lines.at(0), lines.at(-1)];
      if (!first || !last) continue;
      await this.#send(
        first.line,
        last.line,
        lines.flatMap((line) => this.#parse(line)),
      );
      this.spool.committed(last.line);
    }
  }

  /** The leg is over, and how. */
  async end(legEnd: LegEnd, time = new Date().toISOString()): Promise<void> {
    const { last } = this.spool;
    await this.#send(last, last, [...this.#untilLeg(this.session.leg, time), ...this.#parser.end(ENDED[legEnd], time)]);
  }

  /** Brings what nobody was left to bring: the session is over, and its last leg ended with its last line. */
  async finish(): Promise<void> {
    this.spool.finish();
    await this.run();
    if (this.#saidAt !== undefined) await this.end(this.legEnds[this.session.leg] ?? 'KILL', this.#saidAt);
  }

  #parse({ text, line, at, leg }: SpoolLine): TelemetryEvent[] {
    this.#saidAt = at;
    return [...this.#untilLeg(leg, at), ...this.#parser.line(text, line, at)];
  }

  #untilLeg(leg: number, time: string): TelemetryEvent[] {
    const events: TelemetryEvent[] = [];
    for (; this.#leg < leg; this.#leg++) {
      events.push(...this.#parser.end(ENDED[this.legEnds[this.#leg] ?? 'KILL'], time));
    }
    return events;
  }

  async #send(firstLine: number, lastLine: number, events: TelemetryEvent[]): Promise<void> {
    if (events.length === 0) return;
    const { sessionId, executionId, token } = this.session;
    await this.client.sendBatch(
      { sessionId, executionId, lease: { sessionId, token }, firstLine, lastLine, events },
      this.signal,
    );
  }
}

const ENDED = { exit: 'exited', INT: 'interrupted', TERM: 'interrupted', KILL: 'killed' } as const;
