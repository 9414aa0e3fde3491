import Redis from 'ioredis';
import type { Versioned } from './fold';
import type { Page } from './page';
import type { AnyRow, Projection } from './projection';

/** What nobody asked for in an hour is read from Postgres next time. */
const TTL_MS = 3_600_000;
/** After a fault the cache is left alone this long: a server that hangs must not hold up every batch. */
const REST_MS = 1_000;
const KEYS_A_CALL = 500;

const SET_IF_NEWER = `
for i, key in ipairs(KEYS) do
  local held = redis.call('get', key)
  local position = tonumber(ARGV[2 * i])
  if not held or tonumber(string.match(held, '^%d+')) < position then
    redis.call('set', key, string.format('%.0f', position) .. ':' .. ARGV[2 * i + 1], 'PX', ARGV[1])
  end
end`;

/** A connection whose commands fail at once while the server is away: a cache that makes its users wait is none. */
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

/** A page of a list, and the position at which it was exactly this. */
type VersionedPage = Readonly<{ position: number; page: Page<AnyRow> }>;

type Entry = Readonly<{ key: string; position: number; value: unknown }>;

/** Rows and pages, each with its position: an older one never replaces a newer one, whoever comes late. Deleted rows stay as such. */
export class RowCache {
  #restUntil = 0;

  constructor(private readonly redis: Redis) {}

  get available(): boolean {
    return this.redis.status === 'ready' && performance.now() >= this.#restUntil;
  }

  /** Called when the server went away: what it holds when it comes back may be older than what was written. */
  onLoss(listener: () => void): () => void {
    this.redis.on('close', listener);
    return () => this.redis.off('close', listener);
  }

  async put(projection: Projection, epoch: string, rows: ReadonlyMap<string, Versioned>): Promise<void> {
    await this.#store(
      [...rows].map(([id, { position, row }]) => ({ key: rowKey(projection, epoch, id), position, value: row })),
    );
  }

  async get(projection: Projection, epoch: string, id: string): Promise<Versioned | undefined> {
    const held = await this.#held(rowKey(projection, epoch, id));
    return held && { position: held.position, row: held.value as AnyRow | null };
  }

  /** `query` names the list: another order or another length is another page. */
  async putPage(
    projection: Projection,
    epoch: string,
    query: string,
    { position, page }: VersionedPage,
  ): Promise<void> {
    await this.#store([{ key: pageKey(projection, epoch, query), position, value: page }]);
  }

  async getPage(projection: Projection, epoch: string, query: string): Promise<VersionedPage | undefined> {
    const held = await this.#held(pageKey(projection, epoch, query));
    return held && { position: held.position, page: held.value as Page<AnyRow> };
  }

  async #store(entries: readonly Entry[]): Promise<void> {
    const calls: Promise<unknown>[] = [];
    for (let first = 0; first < entries.length; first += KEYS_A_CALL) {
      const some = entries.slice(first, first + KEYS_A_CALL);
      const keys = some.map(({ key }) => key);
      const values = some.flatMap(({ position, value }) => [position, JSON.stringify(value)]);
      calls.push(this.redis.eval(SET_IF_NEWER, keys.length, ...keys, TTL_MS, ...values));
    }
    await this.#resting(Promise.all(calls));
  }

  async #held(key: string): Promise<Omit<Entry, 'key'> | undefined> {
    const held = await this.#resting(this.redis.get(key));
    if (held === null) return undefined;

    const colon = held.indexOf(':');
    return { position: Number(held.slice(0, colon)), value: JSON.parse(held.slice(colon + 1)) as unknown };
  }

  async #resting<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      this.#restUntil = performance.now() + REST_MS;
      throw error;
    }
  }
}

const rowKey = ({ name, version }: Projection, epoch: string, id: string) => `rm:${name}:${version}:${epoch}:${id}`;
const pageKey = ({ name, version }: Projection, epoch: string, query: string) =>
  `page:${name}:${version}:${epoch}:${query}`;
