import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AdmissionQueue, Overloaded } from '@syntropic/async';
import busboy from 'busboy';
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { invalidRequest, Problem } from '../problems/problem';

/** The most bytes of one file. */
export const MAX_UPLOAD_BYTES = 50 * 1024 * 1024;
/** The form around the file. */
const MAX_FORM_BYTES = 64 * 1024;

const LIMITS = { files: 1, fields: 10, fieldSize: 1_024, fieldNameSize: 100, parts: 11, headerPairs: 20 };

/** Each holds a file of the largest size on the disk at the most. */
const CONCURRENT = 32;
const RETRY_AFTER_SECONDS = 5;

/** The directory in which each gateway makes one of its own. */
export const UPLOADS_PARENT = Symbol('parent of upload directories');

const PREFIX = 'syntropic-uploads-';
const NAME = /^syntropic-uploads-(\d+)-/;

/** A file that was received. It is gone when its request is answered. */
export type ReceivedFile = Readonly<{ file: string; name: string | undefined; contentType: string }>;

type Form = Readonly<{ body: Readable; headers: IncomingHttpHeaders; field: string }>;

/** Receives the file of a form into a file on the disk, because object storage reads it twice. */
@Injectable()
export class Uploads implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger(Uploads.name);
  readonly #queue = new AdmissionQueue({ concurrent: CONCURRENT, waiting: 0 });
  #directory: Promise<string> | undefined;

  constructor(@Inject(UPLOADS_PARENT) private readonly parent: string) {}

  /** @throws Problem for a form without a file, for a file that is too large, and while too many are received */
  async receive<Answer>(form: Form, use: (file: ReceivedFile) => Promise<Answer>): Promise<Answer> {
    if (Number(form.headers['content-length'] ?? 0) > MAX_UPLOAD_BYTES + MAX_FORM_BYTES) throw tooLarge();
    try {
      return await this.#queue.run(() => this.#receive(form, use));
    } catch (error) {
      if (!(error instanceof Overloaded)) throw error;
      throw new Problem('request.overloaded', 'many files are being received', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
        cause: error,
      });
    }
  }

  /** Removes what gateways have left that were killed. */
  async onApplicationBootstrap(): Promise<void> {
    for (const name of await readdir(this.parent)) {
      const [, pid] = NAME.exec(name) ?? [];
      if (pid === undefined) continue;
      const path = join(this.parent, name);
      if (await isLeft(path, Number(pid)).catch(() => false)) await rm(path, { recursive: true, force: true });
    }
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.#directory) await rm(await this.#directory, { recursive: true, force: true });
  }

  async #receive<Answer>(form: Form, use: (file: ReceivedFile) => Promise<Answer>): Promise<Answer> {
    this.#directory ??= mkdtemp(join(this.parent, `${PREFIX}${process.pid}-`));
    const directory = await this.#directory;
    const file = join(directory, randomUUID());
    try {
      // A cleaner of temporary files may have removed the directory.
      await mkdir(directory, { recursive: true, mode: 0o700 });
      return await use(await received(form, file));
    } finally {
      await rm(file, { force: true }).catch((error: unknown) => {
        this.#logger.error(error);
      });
    }
  }
}

/** Also what an earlier process of the same id has left, as in a container that was started again. */
async function isLeft(path: string, pid: number): Promise<boolean> {
  if (pid === process.pid) return (await stat(path)).mtimeMs < performance.timeOrigin;
  try {
    return !process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

type Part = Readonly<{ received: ReceivedFile; writing: Promise<void> }>;

/** Ends with the first fault: what is left of the body is discarded, so that the client reads the answer. */
async function received(form: Form, file: string): Promise<ReceivedFile> {
  const parts: Part[] = [];
  const parser = formOf(form.headers);
  parser.on('file', (name, stream, { filename, mimeType }) => {
    if (name !== form.field) {
      stream.resume();
      return;
    }
    const writing = pipeline(stream, createWriteStream(file, { flags: 'wx', mode: 0o600 })).then(() => {
      if (stream.truncated === true) throw tooLarge();
    });
    writing.catch((error: unknown) => parser.destroy(error as Error));
    parts.push({ received: { file, name: filename, contentType: mimeType }, writing });
  });
  try {
    await parsed(form.body, parser);
    await Promise.all(parts.map(({ writing }) => writing));
  } catch (error) {
    await Promise.allSettled(parts.map(({ writing }) => writing));
    if (error instanceof Problem || isOfDisk(error)) throw error;
    throw new Problem('request.malformed', 'the form cannot be read to its end', { cause: error });
  }
  const [part] = parts;
  if (!part) throw invalidRequest([{ field: form.field, message: 'is needed: a form with one file in this field' }]);
  return part.received;
}

/** The body is not destroyed with its parser: its connection has to carry the answer. */
async function parsed(body: Readable, parser: Writable): Promise<void> {
  const abort = (error: Error) => parser.destroy(error);
  body.once('error', abort);
  try {
    body.pipe(parser);
    await finished(parser);
  } finally {
    body.off('error', abort);
    body.unpipe(parser);
    body.resume();
  }
}

function formOf(headers: IncomingHttpHeaders) {
  try {
    // A file of as many bytes as the parser's limit counts as truncated.
    return busboy({ headers, limits: { ...LIMITS, fileSize: MAX_UPLOAD_BYTES + 1 }, defParamCharset: 'utf8' });
  } catch (cause) {
    throw new Problem('request.malformed', 'the type of the body names no boundary', { cause });
  }
}

const isOfDisk = (error: unknown): boolean => error instanceof Error && 'syscall' in error && 'path' in error;

const tooLarge = () => new Problem('request.too_large', `a file has at most ${MAX_UPLOAD_BYTES} bytes`);
