import type { Redis } from 'ioredis';
import type { NatsConnection } from 'nats';
import type { Pool } from 'pg';
import { CheckpointWatch } from './checkpoint-watch';
import { pageStatement, type Page, type PageAt, type PageQuery } from './page';
import type { Versioned } from './fold';
import { formatPosition, type LogPosition } from './position';
import type { AnyRow, Projection } from './projection';
import { RowCache } from './row-cache';
import { loadRows } from './rows';

type Freshness = Readonly<{
  /** The result includes all events up to this position; see `parsePosition`. */
  minPosition?: LogPosition | undefined;
}>;

type List = Readonly<{
  /** The first page of a list without filter and in default order, the only page that is cached. */
  isFront?: boolean;
}>;

const PREFIX_MATCHES = 10;

/** Queries on read models: rows by key and front pages come from the cache, everything else from Postgres. */
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
    const { row } = cached ?? (await this.#stored(projection, epoch, id));
    // Only the projection's fold stores rows under its key.
    return (row as Row | null) ?? undefined;
  }

  /** Reads the row from its table, and fills the cache. */
  async #stored(projection: Projection, epoch: string | null, id: string): Promise<Pick<Versioned, 'row'>> {
    const { rows: stored } = await loadRows(this.#pool, projection, [id]);
    if (epoch !== null && stored.size > 0) this.#cache?.put(projection, epoch, stored).catch(() => undefined);
    return stored.get(id) ?? { row: null };
  }

  async page<Row extends AnyRow, Listed extends AnyRow>(
    projection: Projection<Row, Listed>,
    { minPosition, isFront = false, ...query }: PageQuery<Row> & Freshness & List,
  ): Promise<Page<Listed>> {
    if (isFront && this.#cache?.available) return this.#frontPage(projection, query, minPosition);
    if (minPosition) await this.#reach(projection, minPosition);

    const { rows, total } = await this.#readPage(projection, query);
    return { rows, total };
  }

  /** The first few ids with this prefix, for users who type the start of one. */
  async idsWithPrefix(projection: Projection, prefix: string): Promise<readonly string[]> {
    const { rows } = await this.#pool.query<{ id: string }>(
      `select ${projection.key} as id from ${projection.table}
       where starts_with(${projection.key}, $1) order by id limit $2`,
      [prefix, PREFIX_MATCHES],
    );
    return rows.map(({ id }) => id);
  }

  /** Waits until these projections include the position, for a query over their tables. */
  async reached(projections: readonly Projection[], minPosition: LogPosition): Promise<void> {
    await Promise.all(projections.map((projection) => this.#checkpoints.reach(projection, minPosition)));
  }

  /** The projection's known position, for the header `X-Position` of a reply that is made afterwards. */
  async position(projection: Projection): Promise<string> {
    const { storeEpoch: epoch, position } = await this.#checkpoints.current(projection);
    return formatPosition({ epoch, position });
  }

  /** A cached page is used when its position is at least the projection's known one. */
  async #frontPage<Row extends AnyRow, Listed extends AnyRow>(
    projection: Projection<Row, Listed>,
    query: PageQuery<Row>,
    minPosition: LogPosition | undefined,
  ): Promise<Page<Listed>> {
    const { cacheEpoch, position } = await this.#reach(projection, minPosition);
    const name = JSON.stringify(query);
    const cached = cacheEpoch === null ? undefined : await this.#cachedPage(projection, cacheEpoch, name);
    // Pages under this query were read with the same query.
    if (cached && cached.position >= position) return cached.page as Page<Listed>;

    const { checkpoint, ...page } = await this.#readPage(projection, query);
    if (typeof checkpoint?.cacheEpoch === 'string') {
      const read = { position: checkpoint.position, page };
      this.#cache?.putPage(projection, checkpoint.cacheEpoch, name, read).catch(() => undefined);
    }
    return page;
  }

  /** Remembers the checkpoint of the page, so that no older page is returned afterwards. */
  async #readPage<Row extends AnyRow, Listed extends AnyRow>(
    projection: Projection<Row, Listed>,
    query: PageQuery<Row>,
  ): Promise<PageAt<Listed>> {
    const { rows } = await this.#pool.query<PageAt<Listed>>(pageStatement(projection, query));
    const page = rows[0] ?? { rows: [], total: 0, checkpoint: null };
    if (page.checkpoint) this.#checkpoints.learn(page.checkpoint);
    return page;
  }

  #reach(projection: Projection, minPosition: LogPosition | undefined) {
    return minPosition ? this.#checkpoints.reach(projection, minPosition) : this.#checkpoints.current(projection);
  }

  /** A cache that does not answer counts as a miss. */
  #cached(projection: Projection, epoch: string, id: string) {
    return this.#cache?.get(projection, epoch, id).catch(() => undefined);
  }

  #cachedPage(projection: Projection, epoch: string, query: string) {
    return this.#cache?.getPage(projection, epoch, query).catch(() => undefined);
  }
}
