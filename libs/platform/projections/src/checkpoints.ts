import { errorText, type Recorded } from '@syntropic/kernel';
import type { Pool } from 'pg';
import type { Owned } from './owned';
import type { Projection } from './projection';

export type Checkpoint = Readonly<{
  projection: string;
  version: number;
  position: number;
  storeEpoch: string;
  cachedPosition: number;
  cacheEpoch: string | null;
  status: 'live' | 'retrying' | 'stopped';
  error: string | null;
}>;

export type OwnedCheckpoint = Checkpoint & Readonly<{ parked: readonly number[] }>;

export const CHECKPOINT_COLUMNS = `projection, version, position, store_epoch as "storeEpoch",
  cached_position as "cachedPosition", cache_epoch as "cacheEpoch", status, error`;

const SELECTED = '(projection, version) in (select * from unnest($1::text[], $2::int[]))';
const named = (projections: readonly Projection[]) => [
  projections.map(({ name }) => name),
  projections.map(({ version }) => version),
];

/**
 * Assigns projections to workers. A worker without a heartbeat for a lease, by Postgres's clock, loses its projections
 * to the next worker that claims them; the fence of its next commit tells it.
 */
export class Checkpoints {
  constructor(
    private readonly pool: Pool,
    private readonly worker: string,
    private readonly leaseMs: number,
  ) {}

  /** Tables of projections whose migration has not run. */
  async missing(projections: readonly Projection[]): Promise<readonly string[]> {
    const { rows } = await this.pool.query<{ table: string }>(
      `select format('%s_v%s', projection, version) as table from unnest($1::text[], $2::int[]) t (projection, version)
       where not exists (select from read.checkpoints c where (c.projection, c.version) = (t.projection, t.version))`,
      named(projections),
    );
    return rows.map(({ table }) => table);
  }

  /** Renews this worker's lease, and resolves with the number of live workers: with this one, however late it asks. */
  async heartbeat(): Promise<number> {
    await this.pool.query(
      `insert into read.workers (worker, expires_at) values ($1, clock_timestamp() + $2 * interval '1 ms')
       on conflict (worker) do update set expires_at = excluded.expires_at`,
      [this.worker, this.leaseMs],
    );
    const { rows } = await this.pool.query<{ live: number }>(
      `select count(*) as live from read.workers where worker = $1 or expires_at > clock_timestamp()`,
      [this.worker],
    );
    return rows[0]?.live ?? 1;
  }

  /**
   * Claims up to `limit` projections without a live worker. Their cache gets a new epoch: a cache server may have restarted
   * with an older snapshot while no worker watched it.
   */
  async claim(projections: readonly Projection[], limit: number, cached: boolean): Promise<void> {
    await this.pool.query(
      `update read.checkpoints set owner = $3, cached_position = position,
         cache_epoch = case when $5 then gen_random_uuid() end
       where (projection, version, shard) in (
         select projection, version, shard from read.checkpoints c
         where ${SELECTED} and owner is distinct from $3 and not exists (
           select from read.workers w where w.worker = c.owner and w.expires_at > clock_timestamp())
         order by projection, version limit $4 for update skip locked)`,
      [...named(projections), this.worker, limit, cached],
    );
  }

  /**
   * Claims the rebuilds of the projections that this worker owns, so that one statement moves both tables to the same position.
   * The worker before is fenced off by its next commit.
   */
  async claimRebuilds(): Promise<void> {
    await this.pool.query(
      `update read.checkpoints b set owner = o.owner from read.checkpoints o
       where b.projection = o.projection || '_rebuild' and b.version = o.version
         and o.owner = $1 and b.owner is distinct from $1`,
      [this.worker],
    );
  }

  /**
   * This worker's checkpoint rows. A rebuild folds the events again that were parked before it began; those that are parked while it goes on
   * are parked for both tables.
   */
  async owned(): Promise<readonly OwnedCheckpoint[]> {
    const { rows } = await this.pool.query<OwnedCheckpoint>(
      `select ${CHECKPOINT_COLUMNS}, (
         select coalesce(json_agg(p.position), '[]') from read.parked_events p
         where p.version = c.version and p.position > c.position and (p.projection = c.projection or exists (
           select from read.rebuilds r where c.projection = r.projection || '_rebuild'
             and (r.projection, r.version) = (p.projection, p.version) and r.started_at <= p.parked_at))) as parked
       from read.checkpoints c where owner = $1`,
      [this.worker],
    );
    return rows;
  }

  /** Records a failure, and the event that caused it. */
  async report(
    projection: Projection,
    status: 'retrying' | 'stopped',
    { error, event }: { error: Error; event?: Recorded | undefined },
  ): Promise<void> {
    await this.pool.query(
      `update read.checkpoints set status = $4, error = $5, failing_event = $6 where ${SELECTED} and owner = $3`,
      [...named([projection]), this.worker, status, errorText(error.message), event && JSON.stringify(event)],
    );
  }

  /** Records the cached positions of checkpoints that have not moved. A batch in flight records its own. */
  async settle(owned: readonly Owned[]): Promise<void> {
    await this.pool.query(
      `with known as (
         select * from jsonb_to_recordset($2) as k (projection text, version int, position bigint, cached bigint, epoch uuid)
       ), settled as (
         select c.projection, c.version, c.shard, k.cached, k.epoch
         from read.checkpoints c join known k using (projection, version, position)
         where c.owner = $1 and (c.cached_position, c.cache_epoch) is distinct from (k.cached, k.epoch)
         for update of c skip locked
       )
       update read.checkpoints c set cached_position = s.cached, cache_epoch = s.epoch
       from settled s where (c.projection, c.version, c.shard) = (s.projection, s.version, s.shard)`,
      [this.worker, JSON.stringify(owned.map(known))],
    );
  }

  async release(projections: readonly Projection[]): Promise<void> {
    await this.pool.query(`update read.checkpoints set owner = null where ${SELECTED} and owner = $3`, [
      ...named(projections),
      this.worker,
    ]);
  }

  /** Hands all projections over at once, and deletes workers that died long ago. */
  async handOver(): Promise<void> {
    await this.pool.query(
      `delete from read.workers where worker = $1 or expires_at < clock_timestamp() - interval '1 day'`,
      [this.worker],
    );
  }
}

const known = ({ projection: { name, version }, position, cachedPosition, cacheEpoch }: Owned) => ({
  projection: name,
  version,
  position,
  cached: cachedPosition,
  epoch: cacheEpoch,
});
