import type { Readable } from 'node:stream';

const NEWLINE = 0x0a;

/** What is longer is cut: a program that never ends its line must not fill the runner's memory. */
const LONGEST_LINE_BYTES = 8 * 1024 * 1024;

/** The lines of a stream, each read only when it is asked for, so that a reader who waits makes the writer wait. */
export async function* linesOf(stream: Readable, longestBytes = LONGEST_LINE_BYTES): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let heldBytes = 0;
  const keep = (part: Buffer) => {
    const fitting = part.subarray(0, longestBytes - heldBytes);
    if (fitting.length > 0) parts.push(fitting);
    heldBytes += fitting.length;
  };
  const take = () => {
    const line = Buffer.concat(parts).toString('utf8');
    parts = [];
    heldBytes = 0;
    return line;
  };

  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      keep(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    keep(chunk.subarray(start));
  }
  if (heldBytes > 0) yield take();
}
