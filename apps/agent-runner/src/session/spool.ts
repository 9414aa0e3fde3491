import { constants, ftruncateSync, writeSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Gate } from './gate';
import type { SpoolLine, SpoolRecords } from './spool-lines';

const NEWLINE = 0x0a;
const CHUNK_BYTES = 256 * 1024;
const BATCH_BYTES = 512 * 1024;
const BATCH_LINES = 1_000;

/** The time in which lines are gathered for a batch: each batch costs several messages and the collector a transaction. */
const GATHER_MS = 10;

/** The most that waits to be stored before the agent has to wait. */
const MAX_PENDING = { bytes: 32 * 1024 * 1024, lines: 50_000 };

/** The most that is kept in memory of it. */
const MAX_HELD_BYTES = 64 * 1024;

/** The committed line number is overwritten in place: replacing the file would wait for the disk on every batch. */
const COMMITTED_DIGITS = 16;

/** Records that follow each other in the spool. */
export type SpoolBatch = Readonly<{ firstLine: number; lastLine: number; records: SpoolRecords }>;

/** A session's output as a file: lines are appended before they are sent, and read in batches until they are committed. */
export class Spool {
  /** Sizes in bytes of the lines that are not committed, oldest first. */
  readonly #pending: number[] = [];
  /** The bytes of these lines while they are few; undefined when they are to be read from the file. */
  #held: Buffer[] | undefined;
  readonly #gate = new Gate();
  #sizeBytes = 0;
  /** Offset of the first line that is not committed. */
  #pendingFrom = 0;
  #last = 0;
  #committed: number;
  #finished = false;
  #isBounded = true;

  private constructor(
    /** Path of the file, which is also the transcript. */
    readonly file: string,
    private readonly output: FileHandle,
    private readonly cursor: FileHandle,
    committed: number,
  ) {
    this.#committed = committed;
  }

  /**
   * Opens or creates the spool of a session, and removes a last line that a crash has cut short. A large file is looked through
   * step by step, and holds no other session up.
   */
  static async open(directory: string): Promise<Spool> {
    const file = join(directory, 'spool.jsonl');
    const create = constants.O_CREAT | constants.O_RDWR;
    const output = await open(file, create | constants.O_APPEND, 0o600);
    const cursor = await open(join(directory, 'committed'), create, 0o600);
    const { buffer, bytesRead } = await cursor.read(Buffer.alloc(COMMITTED_DIGITS), 0, COMMITTED_DIGITS, 0);
    const spool = new Spool(file, output, cursor, Number(buffer.toString('latin1', 0, bytesRead)));
    try {
      await spool.#recover();
      return spool;
    } catch (error) {
      await spool.close();
      throw error;
    }
  }

  get last(): number {
    return this.#last;
  }

  /** True for the last line that there will be. */
  isLast(line: number): boolean {
    return this.#finished && line === this.#last;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Resolves when another line may be appended, because not too much waits to be stored. */
  room(): Promise<void> {
    return this.#gate.wait(() => !this.#isBounded || !this.#isFull);
  }

  /** Lets lines be appended however much waits: to be called when the agent is being ended. */
  liftBound(): void {
    this.#isBounded = false;
    this.#gate.notify();
  }

  append(entry: Omit<SpoolLine, 'line'>): number {
    const line = this.#last + 1;
    const bytes = Buffer.from(`${JSON.stringify({ line, ...entry })}\n`);
    this.#write(bytes);
    this.#hold(bytes);
    this.#pending.push(bytes.length);
    this.#sizeBytes += bytes.length;
    this.#last = line;
    this.#gate.notify();
    return line;
  }

  /** Records that all lines up to this one are stored durably elsewhere. */
  committed(line: number): void {
    if (line > this.#last) throw new RangeError(`line ${line} was never spooled`);
    if (line <= this.#committed) return;

    writeSync(this.cursor.fd, String(line).padStart(COMMITTED_DIGITS, '0'), 0);
    for (const length of this.#pending.splice(0, line - this.#committed)) this.#pendingFrom += length;
    this.#held?.splice(0, line - this.#committed);
    this.#committed = line;
    this.#gate.notify();
  }

  /** The committed records from the beginning, in pages: they may exceed the runner's memory. */
  async *committedPages(pageBytes = BATCH_BYTES): AsyncGenerator<SpoolRecords> {
    const end = this.#pendingFrom;
    for (let from = 0, size = pageBytes; from < end;) {
      const page = await readAt(this.output, from, Math.min(size, end - from));
      const whole = page.lastIndexOf(NEWLINE) + 1;
      if (whole > 0) yield page.subarray(0, whole);
      from += whole;
      size = whole > 0 ? pageBytes : 2 * size;
    }
  }

  /** Batches of uncommitted lines, the next one after `committed`. Ends when the spool is finished and all lines are committed. */
  async *batches(
    maxBytes = BATCH_BYTES,
    gathered: () => Promise<void> = () => wait(GATHER_MS),
  ): AsyncGenerator<SpoolBatch> {
    for (;;) {
      const before = this.#committed;
      if (before < this.#last) {
        await this.#gathered(maxBytes, gathered());
        yield await this.#read(maxBytes);
        await this.#gate.wait(() => this.#committed > before);
      } else if (this.#finished) return;
      else await this.#gate.wait(() => this.#finished || this.#last > before);
    }
  }

  /** Resolves when lines that belong together have come, or a batch is full: agents print a message and its tools one after the other. */
  async #gathered(maxBytes: number, gathered: Promise<void>): Promise<void> {
    let isOver = false;
    void gathered.then(() => {
      isOver = true;
      this.#gate.notify();
    });
    const isFull = () => this.#sizeBytes - this.#pendingFrom >= maxBytes || this.#pending.length >= BATCH_LINES;
    await this.#gate.wait(() => isOver || this.#finished || isFull());
  }

  /** Declares that no further line will be appended. */
  finish(): void {
    this.#finished = true;
    this.#gate.notify();
  }

  /** Waits for a read that is under way. */
  async close(): Promise<void> {
    await Promise.all([this.output.close(), this.cursor.close()]);
  }

  get #isFull(): boolean {
    const pendingBytes = this.#sizeBytes - this.#pendingFrom;
    return pendingBytes > MAX_PENDING.bytes || this.#pending.length > MAX_PENDING.lines;
  }

  /** Keeps the line in memory for its batch, unless it has lines before it that are not, or are too large together. */
  #hold(bytes: Buffer): void {
    if (this.#pending.length === 0) this.#held = [];
    if (this.#sizeBytes - this.#pendingFrom + bytes.length <= MAX_HELD_BYTES) this.#held?.push(bytes);
    else this.#held = undefined;
  }

  /** Truncates a partly written line, for example when the disk is full. */
  #write(bytes: Buffer): void {
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(this.output.fd, bytes, done);
    } catch (error) {
      ftruncateSync(this.output.fd, this.#sizeBytes);
      throw error;
    }
  }

  /** The first uncommitted lines, at least one even when it exceeds `maxBytes`. */
  async #read(maxBytes: number): Promise<SpoolBatch> {
    let bytes = 0;
    let count = 0;
    for (const length of this.#pending) {
      if (count === BATCH_LINES || (count > 0 && bytes + length > maxBytes)) break;
      bytes += length;
      count++;
    }
    const firstLine = this.#committed + 1;
    const records = this.#held
      ? Buffer.concat(this.#held.slice(0, count))
      : await readAt(this.output, this.#pendingFrom, bytes);
    return { firstLine, lastLine: firstLine + count - 1, records };
  }

  async #recover(): Promise<void> {
    const { size } = await this.output.stat();
    let lineStart = 0;
    for (let offset = 0; offset < size; offset += CHUNK_BYTES) {
      const chunk = await readAt(this.output, offset, Math.min(CHUNK_BYTES, size - offset));
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
    if (size > lineStart) await this.output.truncate(lineStart);
  }
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(buffer, done, length - done, offset + done);
    if (bytesRead === 0) throw new Error('the spool file was truncated while it was open');
    done += bytesRead;
  }
  return buffer;
}
