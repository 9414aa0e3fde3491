import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

const NEWLINE = 0x0a;

/** Longer lines are cut: a program without line breaks must not fill the runner's memory. */
export const MAX_LINE_BYTES = 8 * 1024 * 1024;

/** A line of output; of a longer one than the limit its beginning. */
export type Line = Readonly<{ text: string; bytes: number; omittedBytes: number }>;

/** The lines of a stream, as many together as each read completes. Read on demand: a slow consumer makes the writer wait. */
export async function* linesOf(stream: Readable, maxBytes = MAX_LINE_BYTES): AsyncGenerator<readonly Line[]> {
  const open = new OpenLine(maxBytes);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      lines.push(open.endWith(chunk.subarray(start, end)));
      start = end + 1;
    }
    open.add(chunk.subarray(start));
    if (lines.length > 0) yield lines;
  }
  if (!open.isEmpty) yield [open.endWith(Buffer.alloc(0))];
}

/** A line whose end has not been read. Its bytes are decoded as they come: decoding 8 MiB at once takes long. */
class OpenLine {
  readonly #decoder = new StringDecoder('utf8');
  #text = '';
  #bytes = 0;
  #omittedBytes = 0;

  constructor(private readonly maxBytes: number) {}

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  add(part: Buffer): void {
    const fitting = part.subarray(0, this.maxBytes - this.#bytes);
    this.#text += this.#decoder.write(fitting);
    this.#bytes += fitting.length;
    this.#omittedBytes += part.length - fitting.length;
  }

  endWith(part: Buffer): Line {
    this.add(part);
    const line = { text: this.#text + this.#decoder.end(), bytes: this.#bytes, omittedBytes: this.#omittedBytes };
    this.#text = '';
    this.#bytes = 0;
    this.#omittedBytes = 0;
    return line;
  }
}
