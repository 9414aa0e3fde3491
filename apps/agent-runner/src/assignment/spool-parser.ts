import type { Usage } from '@syntropic/kernel';
import { SessionParser, type LegReport, type TelemetryEvent } from '@syntropic/telemetry';
import type { LegEnd, SpoolLine } from '../session';
import type { LegEnds, SpooledSession } from './session-directories';

/** The session's figures after the lines that were read. */
export type ParserFigures = Readonly<{
  /** The model that the agent began with. */
  model: string | undefined;
  usage: Usage;
  events: number;
  /** The agent's own report on its present leg; undefined for a plain program. */
  report: LegReport | undefined;
  /** Time of the last line, ISO 8601; undefined before the first. */
  lastLineAt: string | undefined;
}>;

export type ParsedLines = Readonly<{ events: readonly TelemetryEvent[]; figures: ParserFigures }>;

export type SpoolParserOptions = Readonly<{
  session: SpooledSession;
  /** Ends of the session's earlier legs. */
  legEnds: LegEnds;
  /** ISO 8601. */
  startedAt: string;
}>;

/** Parses the records of a session's spool, leg by leg. */
export class SpoolParser {
  readonly #parser: SessionParser;
  /** The beginnings of long lines, by stream, with the number of their first record. */
  readonly #begun = new Map<SpoolLine['stream'], Readonly<{ text: string; line: number }>>();
  #leg = 1;
  #lastLineAt: string | undefined;

  constructor(private readonly options: SpoolParserOptions) {
    const { sessionId, executionId, phaseId, output } = options.session;
    this.#parser = new SessionParser({ sessionId, executionId, phaseId, startedAt: options.startedAt }, output);
  }

  read(lines: readonly SpoolLine[]): ParsedLines {
    return this.#parsed(lines.flatMap((line) => this.#line(line)));
  }

  /** The events that follow from the end of the session's present leg. */
  end(legEnd: LegEnd, time: string): ParsedLines {
    return this.#parsed([
      ...this.#legEndsBefore(this.options.session.leg, time),
      ...this.#parser.end(ENDED[legEnd], time),
    ]);
  }

  #parsed(events: readonly TelemetryEvent[]): ParsedLines {
    const { model, usage, events: count } = this.#parser;
    const report = this.#parser.reportOf(this.options.session.leg);
    return { events, figures: { model, usage, events: count, report, lastLineAt: this.#lastLineAt } };
  }

  #line({ text, line, at, leg, stream, more }: SpoolLine): TelemetryEvent[] {
    this.#lastLineAt = at;
    const ended = this.#legEndsBefore(leg, at);
    const begun = this.#begun.get(stream) ?? { text: '', line };
    const whole = { text: begun.text + text, line: begun.line };
    if (more) this.#begun.set(stream, whole);
    else this.#begun.delete(stream);
    return more ? ended : [...ended, ...this.#parser.line(whole.text, whole.line, at, stream)];
  }

  /** A long line that its leg did not finish ends with it. */
  #legEndsBefore(leg: number, time: string): TelemetryEvent[] {
    const events: TelemetryEvent[] = [];
    for (; this.#leg < leg; this.#leg++) {
      this.#begun.clear();
      events.push(...this.#parser.end(ENDED[this.options.legEnds[this.#leg] ?? 'KILL'], time));
    }
    return events;
  }
}

const ENDED = { exit: 'exited', INT: 'interrupted', TERM: 'interrupted', KILL: 'killed' } as const;
