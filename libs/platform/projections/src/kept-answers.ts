import type { Redis } from 'ioredis';
import { createHash } from 'node:crypto';
import type { LogPosition } from './position';
import type { Projection } from './projection';
import type { ReadModels } from './read-models';
import { RowCache, TTL_MS } from './row-cache';

/** An answer as it goes over the wire. The tag names its bytes; `next` asks for the next page of a list. */
export type Answer = Readonly<{ etag: string; body: Buffer; next?: string | null }>;

/** The state of the read model from which an answer was made. */
type MadeFrom = Readonly<{
  /** The position of its row; 0 for a list. */
  row: number;
  /** The answer shows other rows as they were after all events up to this position. */
  asOf: number;
}>;

type Kept = Answer & MadeFrom;

type Freshness = Readonly<{ minPosition: LogPosition | undefined }>;

/** The place of an answer: what it is about, and a name for its kind. */
type Place = Readonly<{ projection: Projection; name: string }>;

/** A lookup of an answer. Without one, what is made instead is kept under the epoch from before it was read. */
export type Found = Readonly<{ answer: Answer | undefined; epoch: string | null }>;

const MEMORY_BYTES = 32 * 1024 * 1024;
/** What an answer takes besides its bytes. */
const OVERHEAD_BYTES = 500;
const ETAG_CHARACTERS = 22;

export const answerOf = (body: Buffer): Answer => ({
  etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, ETAG_CHARACTERS)}"`,
  body,
});

/**
 * Keeps answers that are made of final facts and of rows: in memory, and in Redis for other replicas.
 * An answer is used while its row has the position that it was made from, and while no row that it shows has changed since.
 */
export class KeptAnswers {
  readonly #memory = new Memory();
  readonly #cache: RowCache | undefined;

  constructor(
    private readonly reads: ReadModels,
    redis: Redis | undefined,
  ) {
    this.#cache = redis && new RowCache(redis);
  }

  async ofRow({ projection, name }: Place, id: string, freshness: Freshness): Promise<Found> {
    const { epoch, isComplete } = await this.reads.rowEpoch(projection, freshness);
    const positions = epoch === null || !isComplete ? undefined : await this.#positions(projection, epoch, id);
    if (epoch === null || !positions) return { answer: undefined, epoch };

    const isValid = ({ row, asOf }: MadeFrom) => row === positions.row && asOf >= positions.shown;
    return { answer: await this.#find({ projection, name: `${name}:${id}` }, epoch, isValid), epoch };
  }

  async ofList(place: Place, freshness: Freshness): Promise<Found> {
    const known = await this.reads.pageEpoch(place.projection, freshness);
    if (!known) return { answer: undefined, epoch: null };

    const isValid = ({ asOf }: MadeFrom) => asOf >= known.position;
    return { answer: await this.#find(place, known.epoch, isValid), epoch: known.epoch };
  }

  /** Keeps an answer about a row; see `Found` for the epoch. */
  keepOfRow({ projection, name }: Place, id: string, made: Kept & Readonly<{ epoch: string | null }>): void {
    if (made.epoch === null || !this.#cache?.available) return;
    this.#cache.watchShown(projection, made.epoch, id).catch(() => undefined);
    this.#keep({ projection, name: `${name}:${id}` }, made);
  }

  keepList(place: Place, made: Omit<Kept, 'row'> & Readonly<{ epoch: string | null }>): void {
    this.#keep(place, { ...made, row: 0 });
  }

  #keep({ projection, name }: Place, { epoch, ...kept }: Kept & Readonly<{ epoch: string | null }>): void {
    if (epoch === null) return;
    this.#memory.put(memoryKey(projection, epoch, name), kept);
    if (!this.#cache?.available) return;
    const head = Buffer.from(`${kept.row} ${kept.asOf} ${kept.etag} ${kept.next ?? ''}\n`);
    this.#cache.putBytes(projection, epoch, name, Buffer.concat([head, kept.body])).catch(() => undefined);
  }

  async #find({ projection, name }: Place, epoch: string, isValid: (made: MadeFrom) => boolean) {
    const key = memoryKey(projection, epoch, name);
    const known = this.#memory.get(key);
    if (known && isValid(known)) return known;

    const bytes = await this.#cache?.getBytes(projection, epoch, name).catch(() => null);
    const kept = bytes ? keptIn(bytes) : undefined;
    if (!kept || !isValid(kept)) return undefined;
    this.#memory.put(key, kept);
    return kept;
  }

  /** A cache that does not answer counts as a miss. */
  #positions(projection: Projection, epoch: string, id: string) {
    return this.#cache?.available
      ? this.#cache.positionsOf(projection, epoch, id).catch(() => undefined)
      : Promise.resolve(undefined);
  }
}

const memoryKey = ({ name, version }: Projection, epoch: string, answer: string): string =>
  `${name}:${version}:${epoch}:${answer}`;

const NEWLINE = 0x0a;

/** `undefined` for bytes that another build has stored. */
function keptIn(bytes: Buffer): Kept | undefined {
  const end = bytes.indexOf(NEWLINE);
  const [, row, asOf, etag, next] =
    /^(\d{1,16}) (\d{1,16}) ("[\w-]{22}") ([\w-]*)$/.exec(bytes.toString('latin1', 0, Math.max(0, end))) ?? [];
  if (etag === undefined) return undefined;
  return { row: Number(row), asOf: Number(asOf), etag, next: next || null, body: bytes.subarray(end + 1) };
}

/** The answers that were used last, up to so many bytes. */
class Memory {
  readonly #kept = new Map<string, Kept & Readonly<{ until: number }>>();
  #bytes = 0;

  get(key: string): Kept | undefined {
    const kept = this.#kept.get(key);
    if (!kept) return undefined;
    // Of the changes of rows that an answer shows, the cache remembers those of the last hour.
    if (kept.until < performance.now()) {
      this.#remove(key, kept);
      return undefined;
    }
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return kept;
  }

  put(key: string, kept: Kept): void {
    const before = this.#kept.get(key);
    if (before) this.#remove(key, before);
    this.#kept.set(key, { ...kept, until: performance.now() + TTL_MS });
    this.#bytes += sizeOf(key, kept);
    for (const [oldest, other] of this.#kept) {
      if (this.#bytes <= MEMORY_BYTES) return;
      this.#remove(oldest, other);
    }
  }

  #remove(key: string, kept: Answer): void {
    this.#kept.delete(key);
    this.#bytes -= sizeOf(key, kept);
  }
}

const sizeOf = (key: string, { body, next }: Answer): number =>
  body.length + key.length + (next?.length ?? 0) + OVERHEAD_BYTES;
