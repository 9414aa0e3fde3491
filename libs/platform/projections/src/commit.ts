import type { Pool } from 'pg';
import type { Versioned } from './fold';
import type { Owned } from './owned';
import { parameters, writing } from './rows';

/** One projection's next step: the rows that change and the position they lead to. */
export type Step = Readonly<{
  owned: Owned;
  to: number;
  changed: ReadonlyMap<string, Versioned>;
  /** The cache as it is before this step's rows are in it, perhaps in a new epoch. */
  cache: Readonly<{ epoch: string | null; position: number; instead: string | null }>;
}>;

/**
 * Stores the steps in one statement, so that nothing is locked while this process thinks (or sleeps), and answers which were taken.
 * The fence: a checkpoint that is not this worker's, not where the rows were read, or of another log does not move, and then no row of its projection is written.
 */
export async function commit(pool: Pool, worker: string, steps: readonly Step[]): Promise<readonly Step[]> {
  const sql = parameters(worker, JSON.stringify(steps.map(move)));
  const writes = steps.flatMap(({ owned: { projection }, changed }, place) =>
    writing(projection, changed, `exists (select from moved where place = ${place})`, sql),
  );

  const { rows } = await pool.query<{ place: number }>(
    `with steps as (
       select * from jsonb_to_recordset($2::jsonb) as s
         (place int, projection text, version int, came_from bigint, goes_to bigint, cached bigint, epoch uuid)
     ), moved as (
       update read.checkpoints c
       set position = s.goes_to, cached_position = s.cached, cache_epoch = s.epoch, status = 'live', error = null, failing_event = null,
           moved_at = clock_timestamp()
       from steps s
       where (c.projection, c.version) = (s.projection, s.version) and c.position = s.came_from and c.owner = $1
         and c.store_epoch = (select store_epoch from log.log_head)
       returning s.place
     )${writes.map((write, index) => `, write_${index} as (${write})`).join('')}
     select place from moved`,
    sql.values,
  );
  const taken = new Set(rows.map(({ place }) => place));
  return steps.filter((_, place) => taken.has(place));
}

const move = ({ owned: { projection, position }, to, cache }: Step, place: number) => ({
  place,
  projection: projection.name,
  version: projection.version,
  came_from: position,
  goes_to: to,
  cached: cache.position,
  epoch: cache.epoch,
});
