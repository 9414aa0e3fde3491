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

/** A page that results from exactly the events up to a position; 0 where the projection has no checkpoint. */
type PositionedPage<Row> = Page<Row> & Readonly<{ position: number }>;

const pageOf = <Row>({ checkpoint, ...page }: PageAt<Row>): PositionedPage<Row> => ({
  ...page,
  position: checkpoint?.position ?? 0,
});

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
    freshness: Freshness = {},
  ): Promise<Row | undefined> {
    return (await this.versioned(projection, id, freshness))?.row;
  }

  /** The row with the position of the event that changed it last. */
  async versioned<Row extends AnyRow>(
    projection: Projection<Row>,
    id: string,
    { minPosition }: Freshness = {},
  ): Promise<Readonly<{ row: Row; position: number }> | undefined> {
    const { cacheEpoch, cachedPosition } = await this.#reach(projection, minPosition);
    const epoch = this.#cache?.available ? cacheEpoch : null;

    const isComplete = !minPosition || cachedPosition >= minPosition.position;
    const cached = epoch !== null && isComplete ? await this.#cached(projection, epoch, id) : undefined;
    const { row, position } = cached ?? (await this.#stored(projection, epoch, id));
    // Only the projection's fold stores rows under its key.
    return row ? { row: row as Row, position } : undefined;
  }

  /** The cache epoch, null without a cache; `isComplete`: the rows in the cache include the position. */
  async rowEpoch(
    projection: Projection,
    { minPosition }: Freshness,
  ): Promise<Readonly<{ epoch: string | null; isComplete: boolean }>> {
    const { cacheEpoch, cachedPosition } = await this.#reach(projection, minPosition);
    const isComplete = !minPosition || cachedPosition >= minPosition.position;
    return { epoch: this.#cache?.available ? cacheEpoch : null, isComplete };
  }

  /** The cache epoch, and the position that the answer to a query must include. */
  async pageEpoch(
    projection: Projection,
    { minPosition }: Freshness,
  ): Promise<Readonly<{ epoch: string; position: number }> | undefined> {
    const { cacheEpoch, position } = await this.#reach(projection, minPosition);
    return this.#cache?.available && cacheEpoch !== null ? { epoch: cacheEpoch, position } : undefined;
  }

  /** Reads the row from its table, and fills the cache. */
  async #stored(projection: Projection, epoch: string | null, id: string): Promise<Versioned> {
    const { rows: stored } = await loadRows(this.#pool, projection, [id]);
    if (epoch !== null && stored.size > 0) this.#cache?.put(projection, epoch, stored).catch(() => undefined);
    return stored.get(id) ?? { row: null, position: 0 };
  }

  async page<Row extends AnyRow, Listed extends AnyRow>(
    projection: Projection<Row, Listed>,
    query: PageQuery<Row> & Freshness & List,
  ): Promise<Page<Listed>> {
    const { position: _, ...page } = await this.positionedPage(projection, query);
    return page;
  }

  async positionedPage<Row extends AnyRow, Listed extends AnyRow>(
    projection: Projection<Row, Listed>,
    { minPosition, isFront = false, ...query }: PageQuery<Row> & Freshness & List,
  ): Promise<PositionedPage<Listed>> {
    if (isFront && this.#cache?.available) return this.#frontPage(projection, query, minPosition);
    if (minPosition) await this.#reach(projection, minPosition);

    return pageOf(await this.#readPage(projection, query));
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
  ): Promise<PositionedPage<Listed>> {
    const { cacheEpoch, position } = await this.#reach(projection, minPosition);
    const name = JSON.stringify(query);
    const cached = cacheEpoch === null ? undefined : await this.#cachedPage(projection, cacheEpoch, name);
    // Pages under this query were read with the same query.
    if (cached && cached.position >= position) return { ...(cached.page as Page<Listed>), position: cached.position };

    const read = await this.#readPage(projection, query);
    const { checkpoint, ...page } = read;
    if (typeof checkpoint?.cacheEpoch === 'string') {
      const versioned = { position: checkpoint.position, page };
      this.#cache?.putPage(projection, checkpoint.cacheEpoch, name, versioned).catch(() => undefined);
    }
    return pageOf(read);
  }

  /** Remembers the checkpoint of the page, so that no older page is returned afterwards. */
  async #readPage<Row extends AnyRow, Listed extends AnyRow>(
    projection: Projection<Row, Listed>,
    query: PageQuery<Row>,
  ): Promise<PageAt<Listed>> {
    const { rows } = await this.#pool.query<PageAt<Listed>>(pageStatement(projection, query));
    const page = rows[0] ?? { rows: [], total: 0, next: null, checkpoint: null };
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
