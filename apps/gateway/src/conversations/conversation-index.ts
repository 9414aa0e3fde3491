import type { TranscriptRecord } from '../sessions/sessions.dto';

/** A mark is made after so many lines, or more where a record holds several. */
const LINES_A_MARK = 500;

/** The place in a transcript where the line with this number, from 0, begins. */
type Mark = Readonly<{ line: number; offset: number }>;

/** The lines of a conversation in its transcript: the output of the agent itself, among records of other streams and parts of long lines. */
export type ConversationIndex = Readonly<{ lines: number; bytes: number; marks: readonly Mark[] }>;

type Indexed = Pick<TranscriptRecord, 'stream' | 'text' | 'more'>;

/** Counts the lines of a transcript, record by record. */
export class IndexBuilder {
  readonly #marks: Mark[] = [{ line: 0, offset: 0 }];
  #lines = 0;
  #bytes = 0;
  #isWithinLine = false;

  /** @param bytes of the record with its line end */
  add({ stream, text, more }: Indexed, bytes: number): void {
    const isDue = this.#lines - (this.#marks.at(-1)?.line ?? 0) >= LINES_A_MARK;
    if (isDue && !this.#isWithinLine) this.#marks.push({ line: this.#lines, offset: this.#bytes });
    this.#bytes += bytes;
    if (stream !== 'stdout') return;
    this.#lines += endsIn(text) - (more ? 1 : 0);
    this.#isWithinLine = more === true;
  }

  get index(): ConversationIndex {
    return {
      lines: this.#lines + (this.#isWithinLine ? 1 : 0),
      bytes: this.#bytes,
      marks: this.#marks,
    };
  }
}

/** The lines that end in a text, its own end included. */
function endsIn(text: string): number {
  let ends = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) ends++;
  return ends;
}

/** The last mark at or before a line. */
export function markBefore({ marks }: ConversationIndex, line: number): Mark {
  let [low, high] = [0, marks.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((marks[middle]?.line ?? 0) <= line) low = middle;
    else high = middle - 1;
  }
  return marks[low] ?? { line: 0, offset: 0 };
}
