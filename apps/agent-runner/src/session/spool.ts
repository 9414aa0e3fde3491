import { closeSync, constants, fstatSync, ftruncateSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Turnstile } from './turnstile';

const NEWLINE = 0x0a;
const CHUNK_BYTES = 256 * 1024;
const BATCH_BYTES = 512 * 1024;

/** The cursor is overwritten in one small write: replacing the file would wait for the disk on every batch. */
const CURSOR_DIGITS = 16;

export interface SpoolLine {
  /** From 1, over all legs of the session. */
  readonly line: number;
  readonly leg: number;
  /** When the agent said it, ISO 8601. */
  readonly at: string;
  /** The agent's, or what its runner says of it. */
  readonly stream: 'stdout' | 'stderr' | 'runner';
  readonly text: string;
}

/** All that a session's agent has said, on disk before anything else happens to it. Whoever stores it says how far, and gets what came after. */
export class Spool {
  /** Bytes of each line that is not committed, the oldest first. */
  readonly #pending: number[] = [];
  readonly #turnstile = new Turnstile();
  #sizeBytes = 0;
  /** Where the first line that is not committed begins. */
  #pendingFrom = 0;
  #last = 0;
  #committed: number;
  #finished = false;

  private constructor(
    /** Where it lies. */
    readonly file: string,
    private readonly fd: number,
    private readonly cursor: number,
  ) {
    this.#committed = Number(readFileSync(cursor, 'utf8'));
    this.#recover();
  }

  /** Opens or creates the spool of a session; a line that was cut short by a crash is removed. */
  static open(directory: string): Spool {
    const file = join(directory, 'spool.jsonl');
    const create = constants.O_CREAT | constants.O_RDWR;
    return new Spool(
      file,
      openSync(file, create | constants.O_APPEND, 0o600),
      openSync(join(directory, 'committed'), create, 0o600),
    );
  }

  get last(): number {
    return this.#last;
  }

  append(said: Omit<SpoolLine, 'line'>): number {
    const line = this.#last + 1;
    const bytes = Buffer.from(`${JSON.stringify({ line, ...said })}\n`);
    this.#write(bytes);
    this.#pending.push(bytes.length);
    this.#sizeBytes += bytes.length;
    this.#last = line;
    this.#turnstile.turn();
    return line;
  }

  /** Everything up to this line is stored elsewhere. */
  committed(line: number): void {
    if (line > this.#last) throw new RangeError(`line ${line} was never spooled`);
    if (line <= this.#committed) return;

    writeSync(this.cursor, String(line).padStart(CURSOR_DIGITS, '0'), 0);
    for (const length of this.#pending.splice(0, line - this.#committed)) this.#pendingFrom += length;
    this.#committed = line;
    this.#turnstile.turn();
  }

  /** What is stored elsewhere already, from the beginning and page by page: a session may have said more than memory holds. */
  *committedLines(pageBytes = BATCH_BYTES): Generator<readonly SpoolLine[]> {
    const end = this.#pendingFrom;
    for (let from = 0, size = pageBytes; from < end;) {
      const page = readAt(this.fd, from, Math.min(size, end - from));
      const whole = page.lastIndexOf(NEWLINE) + 1;
      if (whole > 0) yield linesIn(page.subarray(0, whole));
      from += whole;
      size = whole > 0 ? pageBytes : 2 * size;
    }
  }

  /** Batch after batch of what is not committed: the next one when `committed` was told, and when there is something. Ends when all of a finished spool is committed. */
  async *batches(maxBytes = BATCH_BYTES): AsyncGenerator<readonly SpoolLine[]> {
    for (;;) {
      const before = this.#committed;
      if (before < this.#last) {
        yield this.#read(maxBytes);
        await this.#turnstile.until(() => this.#committed > before);
      } else if (this.#finished) return;
      else await this.#turnstile.until(() => this.#finished || this.#last > before);
    }
  }

  /** No further line will come. */
  finish(): void {
    this.#finished = true;
    this.#turnstile.turn();
  }

  close(): void {
    closeSync(this.fd);
    closeSync(this.cursor);
  }

  /** A line is in the file whole or not at all, also when the disk is full. */
  #write(bytes: Buffer): void {
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(this.fd, bytes, done);
    } catch (error) {
      ftruncateSync(this.fd, this.#sizeBytes);
      throw error;
    }
  }

  /** At least one line, however long. */
  #read(maxBytes: number): SpoolLine[] {
    let bytes = 0;
    let count = 0;
    for (const length of this.#pending) {
      if (count > 0 && bytes + length > maxBytes) break;
      bytes += length;
      count++;
    }
    return linesIn(readAt(this.fd, this.#pendingFrom, bytes));
  }

  #recover(): void {
    const size = fstatSync(this.fd).size;
    let lineStart = 0;
    for (let offset = 0; offset < size; offset += CHUNK_BYTES) {
      const chunk = readAt(this.fd, offset, Math.min(CHUNK_BYTES, size - offset));
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) {
        this.#last++;
        const next = offset + at + 1;
        if (this.#last > this.#committed) this.#pending.push(next - lineStart);
        else this.#pendingFrom = next;
        lineStart = next;
      }
    }
    this.#committed = Math.min(this.#committed, this.#last);
    this.#sizeBytes = lineStart;
    ftruncateSync(this.fd, lineStart);
  }
}

const linesIn = (buffer: Buffer): SpoolLine[] =>
  buffer
    .toString('utf8')
    .split('\n')
    .filter((text) => text !== '')
    // Every line was written by `append`.
    .map((text) => JSON.parse(text) as SpoolLine);

function readAt(fd: number, offset: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  for (let done = 0; done < length;) {
    const read = readSync(fd, buffer, done, length - done, offset + done);
    if (read === 0) throw new Error('the spool is shorter than it was');
    done += read;
  }
  return buffer;
}
