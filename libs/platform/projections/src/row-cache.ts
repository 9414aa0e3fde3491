import Redis from 'ioredis';
import type { Versioned } from './fold';
import type { AnyRow, Projection } from './projection';

/** A row that nobody asked for in an hour is read from Postgres next time. */
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

/** Rows by key, each with its position: an older one never replaces a newer one, whoever comes late. Deleted ones stay as such. */
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
    const entries = [...rows];
    const calls: Promise<unknown>[] = [];
    for (let first = 0; first < entries.length; first += KEYS_A_CALL) {
      const some = entries.slice(first, first + KEYS_A_CALL);
      const keys = some.map(([id]) => keyOf(projection, epoch, id));
      const values = some.flatMap(([, { position, row }]) => [position, JSON.stringify(row)]);
      calls.push(this.redis.eval(SET_IF_NEWER, keys.length, ...keys, TTL_MS, ...values));
    }
    await this.#resting(Promise.all(calls));
  }

  async get(projection: Projection, epoch: string, id: string): Promise<Versioned | undefined> {
    const held = await this.#resting(this.redis.get(keyOf(projection, epoch, id)));
    if (held === null) return undefined;

    const colon = held.indexOf(':');
    return { position: Number(held.slice(0, colon)), row: JSON.parse(held.slice(colon + 1)) as AnyRow | null };
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

const keyOf = ({ name, version }: Projection, epoch: string, id: string) => `rm:${name}:${version}:${epoch}:${id}`;
