import type { Pool } from 'pg';
import { areEqual, compare, type ComparedTable } from './comparison';
import type { Projection } from './projection';
import { rebuildOf } from './rebuild-of';

type Status = 'filling' | 'equal' | 'differs' | 'accepted';

/** A rebuild that goes on. `replaces` is the version that is read until then. */
type Rebuild = Readonly<{ projection: string; version: number; replaces: number; status: Status }>;

/**
 * The steps of rebuilds after their tables were filled, for the worker that folds both tables: compare, take over.
 * A rebuild is where its row says, so a worker that takes over repeats at most one step.
 */
export class Rebuilds {
  readonly #rebuildOf: ReadonlyMap<Projection, Projection>;

  constructor(
    private readonly pool: Pool,
    projections: readonly Projection[],
  ) {
    this.#rebuildOf = new Map(projections.map((projection) => [projection, rebuildOf(projection)]));
  }

  /** The projections of all rebuilds that may go on. */
  get projections(): readonly Projection[] {
    return [...this.#rebuildOf.values()];
  }

  /** Records that newer versions are being filled while older ones were read. */
  async noteVersions(): Promise<void> {
    await this.pool.query(
      `insert into read.rebuilds (projection, version, replaces, started_by)
       select c.projection, c.version, o.version, 'migration'
       from unnest($1::text[], $2::int[]) w (projection, version) join read.checkpoints c using (projection, version),
       lateral (select version, position from read.checkpoints o
                where o.projection = c.projection and o.version < c.version order by version desc limit 1) o
       where c.position < o.position on conflict do nothing`,
      named([...this.#rebuildOf.keys()]),
    );
  }

  /** Gives a rebuild's table, once it is filled, the indexes and counts of the one that is read. Other tables have theirs. */
  async finishTable(filled: Projection): Promise<void> {
    const [projection] = [...this.#rebuildOf].find(([, rebuild]) => rebuild === filled) ?? [];
    if (projection) await this.pool.query('select read.finish_rebuild($1, $2)', [projection.name, projection.version]);
  }

  /** Takes the next step of each rebuild whose tables are level with the log. `onTaken`: another table is read from now on. */
  async advance(isLive: (projection: Projection) => boolean, onTaken: (projection: Projection) => void): Promise<void> {
    const live = [...this.#rebuildOf].filter(([projection]) => isLive(projection));
    for (const waiting of await this.#waiting(live.map(([projection]) => projection))) {
      const [projection, rebuild] = live.find(([{ name }]) => name === waiting.projection) ?? [];
      if (!projection || !rebuild) continue;
      const isNewer = waiting.replaces < waiting.version;
      if (isNewer) await this.#compareVersions(projection, waiting.replaces);
      else if (isLive(rebuild) && (await this.#end(projection, waiting.status))) onTaken(projection);
    }
  }

  async #waiting(projections: readonly Projection[]): Promise<readonly Rebuild[]> {
    const { rows } = await this.pool.query<Rebuild>(
      `select projection, version, replaces, status from read.rebuilds
       where status in ('filling', 'equal', 'accepted') and (projection, version) in (select * from unnest($1::text[], $2::int[]))`,
      named(projections),
    );
    return rows;
  }

  /** True when the rebuilt table has taken over. */
  async #end(projection: Projection, before: Status): Promise<boolean> {
    const status = before === 'filling' ? await this.#compare(projection) : before;
    return status === 'equal' || status === 'accepted' ? this.#takeOver(projection) : false;
  }

  /** The same code must lead to the same rows: a difference is left to an operator. */
  async #compare(projection: Projection): Promise<Status> {
    const found = await compare(this.pool, {
      before: projection,
      after: rebuildOf(projection),
      key: projection.key,
      columns: [...projection.columns.map(({ name }) => name), 'position'],
      isExact: true,
    });
    if (!found) return 'filling';
    const status = areEqual(found) ? 'equal' : 'differs';
    await this.#record(projection, status, found);
    return status;
  }

  /** Another version may have other rows: its differences are recorded, and it is read from now on. */
  async #compareVersions(projection: Projection, replaced: number): Promise<void> {
    const { name, version } = projection;
    const before: ComparedTable = { name, version: replaced, table: `read.${name}_v${replaced}` };
    const columns = await this.#sharedColumns(projection, before);
    const isComparable = columns.includes(projection.key);
    const found = isComparable
      ? await compare(this.pool, { before, after: projection, key: projection.key, columns, isExact: false })
      : undefined;
    await this.pool.query(
      `update read.rebuilds set status = 'taken_over', comparison = $3, ended_at = clock_timestamp()
       where projection = $1 and version = $2 and status = 'filling'`,
      [name, version, found && JSON.stringify(found)],
    );
  }

  async #sharedColumns(projection: Projection, { table }: ComparedTable): Promise<readonly string[]> {
    const { rows } = await this.pool.query<{ name: string; type: string }>(
      `select attname as name, format_type(atttypid, null) as type from pg_attribute
       where attrelid = to_regclass($1) and attnum > 0 and not attisdropped`,
      [table],
    );
    return projection.columns
      .filter((column) => rows.some(({ name, type }) => name === column.name && type === column.type))
      .map(({ name }) => name);
  }

  async #record({ name, version }: Projection, status: Status, found: object): Promise<void> {
    await this.pool.query(
      `update read.rebuilds set status = $3, comparison = $4 where projection = $1 and version = $2 and status = 'filling'`,
      [name, version, status, JSON.stringify(found)],
    );
  }

  /** False where the tables are apart for the moment, or the rebuild has been stopped. */
  async #takeOver({ name, version }: Projection): Promise<boolean> {
    const { rows } = await this.pool.query<{ answer: 'done' | 'apart' | 'not_ready' }>(
      'select read.take_over($1, $2) as answer',
      [name, version],
    );
    return rows[0]?.answer === 'done';
  }
}

const named = (projections: readonly Projection[]) => [
  projections.map(({ name }) => name),
  projections.map(({ version }) => version),
];
