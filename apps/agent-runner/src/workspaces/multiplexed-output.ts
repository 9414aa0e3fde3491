import { once } from 'node:events';
import type { PassThrough } from 'node:stream';

/** A frame's header: the stream's number, three empty bytes, and the length of what follows. */
const HEADER_BYTES = 8;
const LENGTH_AT = 4;
/** The numbers of a program's outputs. */
export const OUTPUTS = { stdout: 1, stderr: 2 };

export interface Outputs {
  readonly stdout: PassThrough;
  readonly stderr: PassThrough;
}

/** A piece of an output with its header. */
export function frameOf(stream: number, content: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(content.length, LENGTH_AT);
  return Buffer.concat([header, content]);
}

/**
 * Takes apart what an engine, or a pod's agent, sends of a program's two outputs over one connection, no faster than it is read.
 * Ends both when the connection ends; a connection that breaks fails them, unless it is said then that the program has ended with it.
 */
export async function separateOutputs(
  connection: AsyncIterable<Buffer>,
  outputs: Outputs,
  endsHere: () => Promise<boolean> = () => Promise.resolve(false),
): Promise<void> {
  const both = [outputs.stdout, outputs.stderr];
  try {
    const frames = new Frames();
    for await (const chunk of connection) {
      for (const { stream, content } of frames.partsOf(chunk)) {
        await written(stream === OUTPUTS.stderr ? outputs.stderr : outputs.stdout, content);
      }
    }
    if (!frames.areComplete) throw new Error('the output of the program has broken off');
    for (const output of both) output.end();
  } catch (error) {
    if (await endsHere()) {
      for (const output of both) output.end();
      return;
    }
    const cause = error instanceof Error ? error : new Error(String(error));
    for (const output of both) output.destroy(cause);
  }
}

/** Reads frames that chunks have cut anywhere. */
class Frames {
  #header = Buffer.alloc(0);
  /** Bytes of the present frame that are still to come. */
  #left = 0;
  #stream = 0;

  get areComplete(): boolean {
    return this.#left === 0 && this.#header.length === 0;
  }

  *partsOf(chunk: Buffer): Iterable<{ stream: number; content: Buffer }> {
    for (let rest = chunk; rest.length > 0;) {
      const size = this.#left > 0 ? this.#left : HEADER_BYTES - this.#header.length;
      const part = rest.subarray(0, size);
      rest = rest.subarray(part.length);
      if (this.#left === 0) this.#readHeader(part);
      else {
        this.#left -= part.length;
        yield { stream: this.#stream, content: part };
      }
    }
  }

  #readHeader(part: Buffer): void {
    this.#header = Buffer.concat([this.#header, part]);
    if (this.#header.length < HEADER_BYTES) return;
    this.#stream = this.#header.readUInt8(0);
    this.#left = this.#header.readUInt32BE(LENGTH_AT);
    this.#header = Buffer.alloc(0);
  }
}

/** Resolves when there is room again; at once for an output that nobody reads any more. */
async function written(output: PassThrough, content: Buffer): Promise<void> {
  if (output.destroyed || output.write(content)) return;
  const ended = new AbortController();
  const close = once(output, 'close', ended).catch(() => undefined);
  await Promise.race([once(output, 'drain', ended), close]).finally(() => {
    ended.abort();
  });
}
