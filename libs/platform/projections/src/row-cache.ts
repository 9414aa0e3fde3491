import Redis from 'ioredis';
import type { Versioned } from './fold';
import type { Page } from './page';
import type { AnyRow, Projection } from './projection';

/** Rows expire an hour after they were stored, and are read from Postgres then. */
export const TTL_MS = 3_600_000;
/** The cache is not used for this long after a fault: a server that hangs must not delay every batch. */
const SUSPENSION_MS = 1_000;
const KEYS_A_CALL = 500;

const SET_IF_NEWER = `
for i, key in ipairs(KEYS) do
  local stored = redis.call('get', key)
  local position = tonumber(ARGV[2 * i])
  if not stored or tonumber(string.match(stored, '^%d+')) < position then
    redis.call('set', key, string.format('%.0f', position) .. ':' .. ARGV[2 * i + 1], 'PX', ARGV[1])
  end
end`;

/** A connection whose commands fail at once while the server is away, so that readers fall back to Postgres. */
export function createRedis(url: string): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 500,
    disconnectTimeout: 100,
    retryStrategy: (attempt) => Math.min(attempt * 50, 1_000),
  });
  redis.on('error', () => undefined);
  return redis;
}

/** A page of a list, and the position whose events it results from. */
type VersionedPage = Readonly<{ position: number; page: Page<AnyRow> }>;

/** `shown`: of the newest change of a row that is shown with it; 0 for none since answers are kept. */
export type RowPositions = Readonly<{ row: number; shown: number }>;

type Entry = Readonly<{ key: string; position: number; value: unknown }>;

/** Caches rows and pages with their positions: an older one never replaces a newer one. Deleted rows are stored as null. */
export class RowCache {
  #suspendedUntil = 0;

  constructor(private readonly redis: Redis) {}

  get available(): boolean {
    return this.redis.status === 'ready' && performance.now() >= this.#suspendedUntil;
  }

  /** Calls the listener when the connection is lost: the server may restart with an older snapshot. */
  onLoss(listener: () => void): () => void {
    this.redis.on('close', listener);
    return () => this.redis.off('close', listener);
  }

  async put(projection: Projection, epoch: string, rows: ReadonlyMap<string, Versioned>): Promise<void> {
    await this.#store([...rows].flatMap(([id, versioned]) => entriesOf(projection, epoch, id, versioned)));
  }

  async get(projection: Projection, epoch: string, id: string): Promise<Versioned | undefined> {
    const stored = await this.#read(rowKey(projection, epoch, id));
    return stored && { position: stored.position, row: stored.value as AnyRow | null };
  }

  /** The positions of a row and of the rows that are shown with it; `undefined` where the cache has lost one of them. */
  async positionsOf(projection: Projection, epoch: string, id: string): Promise<RowPositions | undefined> {
    // One command: a pipeline of two costs a hot route a fifth of its rate.
    const [row, shown] = await this.#suspending(
      this.redis.mget(positionKey(projection, epoch, id), shownKey(projection, epoch, id)),
    );
    return typeof row === 'string' && typeof shown === 'string'
      ? { row: parseInt(row, 10), shown: parseInt(shown, 10) }
      : undefined;
  }

  /** Bytes as they were stored under a name of the caller. */
  async getBytes(projection: Projection, epoch: string, name: string): Promise<Buffer | null> {
    return this.#suspending(this.redis.getBuffer(answerKey(projection, epoch, name)));
  }

  async putBytes(projection: Projection, epoch: string, name: string, bytes: Buffer): Promise<void> {
    await this.#suspending(this.redis.set(answerKey(projection, epoch, name), bytes, 'PX', TTL_MS));
  }

  /** From now on changes of rows that are shown with this row are noticed. */
  async watchShown(projection: Projection, epoch: string, id: string): Promise<void> {
    await this.#suspending(this.redis.set(shownKey(projection, epoch, id), '0:', 'PX', TTL_MS, 'NX'));
  }

  /** `query` identifies the list: another order or length is another page. */
  async putPage(
    projection: Projection,
    epoch: string,
    query: string,
    { position, page }: VersionedPage,
  ): Promise<void> {
    await this.#store([{ key: pageKey(projection, epoch, query), position, value: page }]);
  }

  async getPage(projection: Projection, epoch: string, query: string): Promise<VersionedPage | undefined> {
    const stored = await this.#read(pageKey(projection, epoch, query));
    return stored && { position: stored.position, page: stored.value as Page<AnyRow> };
  }

  async #store(entries: readonly Entry[]): Promise<void> {
    const calls: Promise<unknown>[] = [];
    for (let first = 0; first < entries.length; first += KEYS_A_CALL) {
      const some = entries.slice(first, first + KEYS_A_CALL);
      const keys = some.map(({ key }) => key);
      const values = some.flatMap(({ position, value }) => [position, JSON.stringify(value)]);
      calls.push(this.redis.eval(SET_IF_NEWER, keys.length, ...keys, TTL_MS, ...values));
    }
    await this.#suspending(Promise.all(calls));
  }

  async #read(key: string): Promise<Omit<Entry, 'key'> | undefined> {
    const stored = await this.#suspending(this.redis.get(key));
    if (stored === null) return undefined;

    const colon = stored.indexOf(':');
    return { position: Number(stored.slice(0, colon)), value: JSON.parse(stored.slice(colon + 1)) as unknown };
  }

  async #suspending<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      this.#suspendedUntil = performance.now() + SUSPENSION_MS;
      throw error;
    }
  }
}

/** The row, its position where answers about it are kept, and its position for each row whose answers show it. */
function entriesOf(projection: Projection, epoch: string, id: string, { position, row }: Versioned): readonly Entry[] {
  const shownWith = row ? projection.shownWith(row) : [];
  return [
    { key: rowKey(projection, epoch, id), position, value: row },
    ...(projection.keepsAnswers ? [{ key: positionKey(projection, epoch, id), position, value: null }] : []),
    ...shownWith.map((other) => ({ key: shownKey(projection, epoch, other), position, value: null })),
  ];
}

const rowKey = ({ name, version }: Projection, epoch: string, id: string) => `rm:${name}:${version}:${epoch}:${id}`;
const positionKey = ({ name, version }: Projection, epoch: string, id: string) =>
  `position:${name}:${version}:${epoch}:${id}`;
const shownKey = ({ name, version }: Projection, epoch: string, id: string) =>
  `shown:${name}:${version}:${epoch}:${id}`;
const answerKey = ({ name, version }: Projection, epoch: string, answer: string) =>
  `answer:${name}:${version}:${epoch}:${answer}`;
/** Pages of builds before `next` have no such word in their keys. */
const pageKey = ({ name, version }: Projection, epoch: string, query: string) =>
  `page:${name}:${version}:${epoch}:next:${query}`;
