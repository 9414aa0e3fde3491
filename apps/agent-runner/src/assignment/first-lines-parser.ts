import type { LegEnd, SpoolRecords } from '../session';
import { spoolLinesIn } from '../session/spool-lines';
import { SpoolParser, type ParsedLines, type SpoolParserOptions } from './spool-parser';

/** The parser of one session's output. */
export interface LinesParser {
  read(records: SpoolRecords): Promise<ParsedLines>;
  end(legEnd: LegEnd, time: string): Promise<ParsedLines>;
  close(): void;
}

/** The most that is parsed on the event loop: of one read, which takes about a millisecond, and of a session. */
const READ_BYTES = 16 * 1024;
const SESSION_BYTES = 64 * 1024;

/** Parses the first lines of a session itself, and passes them and all others to a parser elsewhere once there is more. */
export class FirstLinesParser implements LinesParser {
  #here: SpoolParser | undefined;
  #elsewhere: LinesParser | undefined;
  /** The lines that were parsed here. */
  #records: SpoolRecords[] = [];
  #bytes = 0;

  constructor(
    options: SpoolParserOptions,
    private readonly open: () => LinesParser,
  ) {
    this.#here = new SpoolParser(options);
  }

  async read(records: SpoolRecords): Promise<ParsedLines> {
    const isShort = records.length <= READ_BYTES && this.#bytes + records.length <= SESSION_BYTES;
    if (!this.#here || !isShort) return this.#moved().read(records);
    this.#records.push(records);
    this.#bytes += records.length;
    return Promise.resolve(this.#here.read(spoolLinesIn(records)));
  }

  async end(legEnd: LegEnd, time: string): Promise<ParsedLines> {
    return this.#here ? Promise.resolve(this.#here.end(legEnd, time)) : this.#moved().end(legEnd, time);
  }

  close(): void {
    this.#elsewhere?.close();
  }

  /** A parser's answers follow from its lines alone: those of the first lines are the ones that were given. */
  #moved(): LinesParser {
    if (this.#elsewhere) return this.#elsewhere;
    const elsewhere = this.open();
    // The read behind them fails as they do.
    for (const records of this.#records) elsewhere.read(records).catch(() => undefined);
    this.#here = undefined;
    this.#records = [];
    return (this.#elsewhere = elsewhere);
  }
}
