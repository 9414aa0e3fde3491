import type { Piece } from './joined-lines';

/** The most that is kept of a session's output, as bytes of its spool and as lines. */
export type OutputLimits = Readonly<{ bytes: number; lines: number }>;

export const OUTPUT_LIMITS: OutputLimits = { bytes: 256 * 1024 * 1024, lines: 1_000_000 };

/** Verdicts of a chatty agent are kept beyond the limits: at most as many, of this size. */
const VERDICTS = { count: 100, bytes: 64 * 1024, begin: '{"type":"result"' } as const;

/** Decides what is kept of a session's output, and counts the rest. */
export class OutputBudget {
  #lines: number;
  #verdicts: number = VERDICTS.count;
  #omittedLines = 0;
  #omittedBytes = 0;

  /** @param lines lines of earlier legs */
  constructor(
    private readonly limits: OutputLimits,
    lines: number,
  ) {
    this.#lines = lines;
  }

  get isSpent(): boolean {
    return this.#omittedLines > 0;
  }

  get omitted(): string {
    return `${this.#omittedLines} lines (${this.#omittedBytes} bytes)`;
  }

  get limit(): string {
    return `${this.limits.lines} lines or ${this.limits.bytes} bytes`;
  }

  /** True for a piece that is to be kept, after `spooledBytes`. The first that does not fit ends the budget for all others. */
  keeps({ text, bytes, lines }: Piece, spooledBytes: number): boolean {
    const fits = spooledBytes + bytes <= this.limits.bytes && this.#lines + lines <= this.limits.lines;
    if ((fits && !this.isSpent) || this.#isVerdict(text, bytes)) {
      this.#lines += lines;
      return true;
    }
    this.#omittedLines += lines;
    this.#omittedBytes += bytes + 1;
    return false;
  }

  #isVerdict(text: string, bytes: number): boolean {
    if (bytes > VERDICTS.bytes || !text.startsWith(VERDICTS.begin) || this.#verdicts === 0) return false;
    this.#verdicts--;
    return true;
  }
}
