import type { Pool } from 'pg';
import type { Versioned } from './fold';
import type { Owned } from './owned';
import { parameters, writing } from './rows';

/** A batch of events folded for one projection: the rows that change, and the position after it. */
export type FoldedBatch = Readonly<{
  owned: Owned;
  /** The position before it. */
  from: number;
  to: number;
  changed: ReadonlyMap<string, Versioned>;
  /** The state of the cache before the rows of this batch are in it, perhaps in a new epoch. */
  cache: Readonly<{ epoch: string | null; position: number; instead: string | null }>;
}>;

/**
 * Stores the batches in one statement, so that no lock depends on this process, and resolves with those that were stored.
 * Fence: when a checkpoint belongs to another worker or log, or has moved, neither it nor any row of its projection changes.
 */
export async function commit(
  pool: Pool,
  worker: string,
  batches: readonly FoldedBatch[],
): Promise<readonly FoldedBatch[]> {
  const sql = parameters(worker, JSON.stringify(batches.map(move)));
  const writes = batches.flatMap(({ owned: { projection }, changed }, ordinal) =>
    writing(projection, changed, `exists (select from moved where ordinal = ${ordinal})`, sql),
  );

  const { rows } = await pool.query<{ ordinal: number }>(
    `with batches as (
       select * from jsonb_to_recordset($2::jsonb) as s
         (ordinal int, projection text, version int, store uuid, came_from bigint, goes_to bigint, cached bigint, epoch uuid)
     ), moved as (
       update read.checkpoints c
       set position = s.goes_to, cached_position = s.cached, cache_epoch = s.epoch, status = 'live', error = null, failing_event = null,
           moved_at = clock_timestamp()
       from batches s
       where (c.projection, c.version) = (s.projection, s.version) and c.position = s.came_from and c.owner = $1
         and c.store_epoch = s.store and s.store = (select store_epoch from log.log_head)
       returning s.ordinal
     )${writes.map((write, index) => `, write_${index} as (${write})`).join('')}
     select ordinal from moved`,
    sql.values,
  );
  const stored = new Set(rows.map(({ ordinal }) => ordinal));
  return batches.filter((_, ordinal) => stored.has(ordinal));
}

const move = ({ owned: { projection, storeEpoch }, from, to, cache }: FoldedBatch, ordinal: number) => ({
  ordinal,
  projection: projection.name,
  version: projection.version,
  store: storeEpoch,
  came_from: from,
  goes_to: to,
  cached: cache.position,
  epoch: cache.epoch,
});
