import type { FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { IngestProblem } from './ingest-problem';
import { unzstd } from './zstd';

/** Bytes of a body as it is sent, and as it is read. */
const MAX_SENT_BYTES = 4 * 1024 * 1024;
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** Bytes of the bodies of all requests together. */
const MAX_HELD_BYTES = 32 * 1024 * 1024;

const RETRY_SECONDS = 1;

type Decoder = (sent: Buffer) => Promise<Buffer>;

const limit = { maxOutputLength: MAX_BODY_BYTES };

const DECODERS: Readonly<Record<string, Decoder>> = {
  '': (sent) => Promise.resolve(sent),
  identity: (sent) => Promise.resolve(sent),
  gzip: (sent) => promisify<Buffer, typeof limit, Buffer>(gunzip)(sent, limit),
  deflate: (sent) => promisify<Buffer, typeof limit, Buffer>(inflate)(sent, limit),
  zstd: (sent) => unzstd(sent, MAX_BODY_BYTES),
};

/** Reads bodies within bounds: those of one body before and after its decompression, and that of all bodies. */
export class RequestBodies {
  #held = 0;

  /** Gives the body to `use`, and holds its bytes until that has ended. @throws IngestProblem */
  async read<Result>(request: FastifyRequest, use: (body: Buffer) => Promise<Result>): Promise<Result> {
    const encoding = (request.headers['content-encoding'] ?? '').trim().toLowerCase();
    const decode = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined;
    if (!decode) {
      const known = Object.keys(DECODERS).filter((name) => name !== '');
      throw new IngestProblem('request.unsupported_content', `content-encoding: one of ${known.join(', ')}`, {
        field: 'content-encoding',
      });
    }
    const held = new HeldBytes((bytes) => {
      if (this.#held + bytes > MAX_HELD_BYTES) throw tooMuch();
      this.#held += bytes;
    });
    try {
      const sent = await received(request.raw, held);
      // Its decompressed bytes are known afterwards only.
      if (encoding !== '' && encoding !== 'identity') held.take(MAX_BODY_BYTES);
      return await use(await decoded(decode, encoding, sent));
    } finally {
      this.#held -= held.bytes;
    }
  }
}

class HeldBytes {
  bytes = 0;

  constructor(private readonly admit: (bytes: number) => void) {}

  take(bytes: number): void {
    this.admit(bytes);
    this.bytes += bytes;
  }
}

async function received(request: IncomingMessage, held: HeldBytes): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_SENT_BYTES) throw tooLarge(MAX_SENT_BYTES);
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) {
    if (held.bytes + part.length > MAX_SENT_BYTES) throw tooLarge(MAX_SENT_BYTES);
    held.take(part.length);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function decoded(decode: Decoder, encoding: string, sent: Buffer): Promise<Buffer> {
  try {
    return await decode(sent);
  } catch (cause) {
    const isLarge = cause instanceof RangeError || (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    if (isLarge) throw tooLarge(MAX_BODY_BYTES);
    throw new IngestProblem('request.malformed', `the body is not ${encoding}`, { field: 'content-encoding', cause });
  }
}

const tooLarge = (bytes: number) => new IngestProblem('request.too_large', `the body has more than ${bytes} bytes`);

const tooMuch = () =>
  new IngestProblem('telemetry.buffer_full', 'too many bytes are being read', { retryAfterSeconds: RETRY_SECONDS });
