import type { Redis } from 'ioredis';
import type { NatsConnection } from 'nats';
import type { Pool } from 'pg';
import { CheckpointWatch } from './checkpoint-watch';
import { pageStatement, type Page, type PageQuery } from './page';
import { formatPosition, type LogPosition } from './position';
import type { AnyRow, Projection } from './projection';
import { RowCache } from './row-cache';
import { loadRows } from './rows';

type Freshness = Readonly<{
  /** The answer has everything up to here, or there is none: see `parsePosition`. */
  minPosition?: LogPosition | undefined;
}>;

const PREFIX_MATCHES = 10;

/** The read models as they are asked for: rows by key from the cache, everything else from Postgres. */
export class ReadModels {
  readonly #pool: Pool;
  readonly #cache: RowCache | undefined;
  readonly #checkpoints: CheckpointWatch;

  constructor({ pool, redis, nats }: { pool: Pool; redis?: Redis | undefined; nats?: NatsConnection | undefined }) {
    this.#pool = pool;
    this.#cache = redis && new RowCache(redis);
    this.#checkpoints = new CheckpointWatch(pool, nats);
    this.#cache?.onLoss(() => {
      this.#checkpoints.forget();
    });
  }

  close(): void {
    this.#checkpoints.close();
  }

  async get<Row extends AnyRow>(
    projection: Projection<Row>,
    id: string,
    { minPosition }: Freshness = {},
  ): Promise<Row | undefined> {
    const { cacheEpoch, cachedPosition } = await this.#reach(projection, minPosition);
    const epoch = this.#cache?.available ? cacheEpoch : null;

    const isComplete = !minPosition || cachedPosition >= minPosition.position;
    const cached = epoch !== null && isComplete ? await this.#cached(projection, epoch, id) : undefined;
    // What is stored under a projection's key was stored by its fold.
    if (cached) return (cached.row as Row | null) ?? undefined;

    const stored = await loadRows(this.#pool, projection, [id]);
    if (epoch !== null && stored.size > 0) this.#cache?.put(projection, epoch, stored).catch(() => undefined);
    return (stored.get(id)?.row as Row | undefined) ?? undefined;
  }

  async page<Row extends AnyRow>(
    projection: Projection<Row>,
    { minPosition, ...query }: PageQuery<Row> & Freshness,
  ): Promise<Page<Row>> {
    if (minPosition) await this.#reach(projection, minPosition);

    const { rows } = await this.#pool.query<Page<Row>>(pageStatement(projection, query));
    return rows[0] ?? { rows: [], total: 0 };
  }

  /** The first few ids that begin so, for people who type the start of one. */
  async idsWithPrefix(projection: Projection, prefix: string): Promise<readonly string[]> {
    const { rows } = await this.#pool.query<{ id: string }>(
      `select ${projection.key} as id from ${projection.table}
       where starts_with(${projection.key}, $1) order by id limit $2`,
      [prefix, PREFIX_MATCHES],
    );
    return rows.map(({ id }) => id);
  }

  /** How far the projection is known to be: what `X-Position` says of an answer that was made after this. */
  async position(projection: Projection): Promise<string> {
    const { storeEpoch: epoch, position } = await this.#checkpoints.current(projection);
    return formatPosition({ epoch, position });
  }

  #reach(projection: Projection, minPosition: LogPosition | undefined) {
    return minPosition ? this.#checkpoints.reach(projection, minPosition) : this.#checkpoints.current(projection);
  }

  /** A cache that does not answer is a miss. */
  #cached(projection: Projection, epoch: string, id: string) {
    return this.#cache?.get(projection, epoch, id).catch(() => undefined);
  }
}
