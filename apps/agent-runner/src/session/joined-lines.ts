import type { Line } from './lines';

/** Lines that are kept as one record; most have only one. */
export type Piece = Line & Readonly<{ lines: number }>;

/** The bytes that a row shows: joined lines are shown whole. */
const MAX_JOINED_BYTES = 16 * 1024;

/** Each line as a piece of its own. */
export const singleLines = (lines: readonly Line[]): readonly Piece[] => lines.map((line) => ({ ...line, lines: 1 }));

/** Joins lines that arrived together, so that a flood takes few rows. Objects stay alone, because each may be a message. */
export function joinedLines(lines: readonly Line[]): readonly Piece[] {
  const pieces: Piece[] = [];
  let run: Line[] = [];
  let bytes = 0;
  const endRun = () => {
    if (run.length > 0) {
      pieces.push({ text: run.map(({ text }) => text).join('\n'), bytes, omittedBytes: 0, lines: run.length });
    }
    run = [];
    bytes = 0;
  };
  for (const line of lines) {
    const isAlone = line.omittedBytes > 0 || line.text.trimStart().startsWith('{');
    if (isAlone || bytes + line.bytes >= MAX_JOINED_BYTES) endRun();
    if (isAlone) pieces.push({ ...line, lines: 1 });
    else {
      bytes += line.bytes + (run.length > 0 ? 1 : 0);
      run.push(line);
    }
  }
  endRun();
  return pieces;
}
