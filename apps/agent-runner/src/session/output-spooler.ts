import { LineRedactor } from '@syntropic/kernel';
import { setTimeout } from 'node:timers/promises';
import { eventLoopTurns } from './event-loop-turns';
import { joinedLines, singleLines, type Piece } from './joined-lines';
import { MAX_LINE_BYTES, type Line } from './lines';
import { runnerNotice } from './runner-notice';
import { OutputBudget, type OutputLimits } from './output-budget';
import type { Spool } from './spool';
import type { SpoolLine } from './spool-lines';

/** Longer texts are spooled in parts: writing 8 MiB in one step would stop the event loop. */
const PART_CHARACTERS = 64 * 1024;

/** The longest beginning of a key's first line. */
const MARK_CHARACTERS = 60;

/** From this record of a session on, lines that arrive together are joined. */
const JOIN_AFTER = 10_000;

/** The pause after each read that nothing is kept of: the agent must not print faster than it would be read otherwise. */
const SPENT_PAUSE_MS = 5;

type SpoolerOptions = Readonly<{ leg: number; spool: Spool; limits: OutputLimits }>;

/** Appends an agent's output to the spool without credentials, within its budget, and no faster than it is stored. */
export class OutputSpooler {
  readonly #budget: OutputBudget;
  readonly #redactors = new Map<SpoolLine['stream'], LineRedactor>();

  constructor(private readonly options: SpoolerOptions) {
    this.#budget = new OutputBudget(options.limits, options.spool.last);
  }

  /** The pieces to be kept of lines that arrived together. */
  piecesOf(lines: readonly Line[]): readonly Piece[] {
    return this.options.spool.last < JOIN_AFTER ? singleLines(lines) : joinedLines(lines);
  }

  async keep(stream: SpoolLine['stream'], piece: Piece): Promise<void> {
    const { spool } = this.options;
    await spool.room();
    const wasSpent = this.#budget.isSpent;
    if (this.#budget.keeps(piece, spool.sizeBytes)) await this.#append(stream, piece);
    else if (!wasSpent) this.notify(`the output exceeds ${this.#budget.limit}: the rest is counted and not stored`);
    await eventLoopTurns.next();
  }

  /** To be awaited after each read. */
  async pause(): Promise<void> {
    if (this.#budget.isSpent) await setTimeout(SPENT_PAUSE_MS);
  }

  /** Adds a warning of the runner to the output. */
  notify(message: string): void {
    this.#record('runner', runnerNotice(message));
  }

  /** To be called when the output has ended. */
  end(): void {
    if (this.#budget.isSpent) this.notify(`${this.#budget.omitted} of the output were counted and not stored`);
  }

  async #append(stream: SpoolLine['stream'], { text, omittedBytes }: Piece): Promise<void> {
    const redactor = this.#redactorOf(stream);
    let from = 0;
    for (let to = endOfPart(text, 0); to < text.length; to = endOfPart(text, from)) {
      this.#record(stream, redactor.redact(text.slice(from, to)), { more: true });
      from = to;
      await eventLoopTurns.next();
    }
    this.#record(stream, redactor.redact(text.slice(from)));
    if (omittedBytes > 0) {
      this.notify(`a line was cut after ${MAX_LINE_BYTES} bytes: ${omittedBytes} bytes of it are not stored`);
    }
  }

  /** The lines of each stream are in order; those of two are not. */
  #redactorOf(stream: SpoolLine['stream']): LineRedactor {
    const redactor = this.#redactors.get(stream) ?? new LineRedactor();
    this.#redactors.set(stream, redactor);
    return redactor;
  }

  #record(stream: SpoolLine['stream'], text: string, part: Pick<SpoolLine, 'more'> = {}): void {
    const { spool, leg } = this.options;
    spool.append({ leg, at: new Date().toISOString(), stream, text, ...part });
  }
}

/** The end of the part of a text that begins there: before a quote or a space, because no credential has one but the first line of a key. */
function endOfPart(text: string, from: number): number {
  const most = from + PART_CHARACTERS;
  if (text.length <= most) return text.length;
  const half = PART_CHARACTERS / 2;
  const latter = text.slice(from + half, most);
  const end = ['"', ' '].map((mark) => latter.lastIndexOf(mark)).find((at) => at > 0);
  const place = end === undefined ? most : from + half + end;
  return text.slice(place - MARK_CHARACTERS, place).search(/-----BEGIN[A-Z ]*$/) < 0
    ? place
    : text.lastIndexOf('-----BEGIN', place);
}
