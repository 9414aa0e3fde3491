import type { Readable } from 'node:stream';

const NEWLINE = 0x0a;

/** Longer lines are cut: a program without line breaks must not fill the runner's memory. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;

/** The lines of a stream, read on demand: a slow consumer applies back-pressure to the writer. */
export async function* linesOf(stream: Readable, maxBytes = MAX_LINE_BYTES): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let lineBytes = 0;
  const keep = (part: Buffer) => {
    const fitting = part.subarray(0, maxBytes - lineBytes);
    if (fitting.length > 0) parts.push(fitting);
    lineBytes += fitting.length;
  };
  const take = () => {
    const line = Buffer.concat(parts).toString('utf8');
    parts = [];
    lineBytes = 0;
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
  if (lineBytes > 0) yield take();
}
