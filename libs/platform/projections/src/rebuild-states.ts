import { instant } from '@syntropic/postgres';
import type { Pool } from 'pg';
import type { Comparison } from './comparison';
import type { Projection } from './projection';

/** The last rebuild of a read model, or the first filling of a version. */
export type RebuildState = Readonly<{
  projection: string;
  version: number;
  /** The version that is read until the rebuild takes over. */
  replaces: number;
  /** `differs`: it waits for an operator. */
  status: 'filling' | 'equal' | 'differs' | 'accepted' | 'taken_over' | 'stopped';
  startedBy: string;
  startedAt: string;
  endedAt: string | null;
  /** The last folded position, and the head of the log; null after the end. */
  position: number | null;
  head: number | null;
  /** Folded events in a second since the start. */
  rate: number | null;
  /** As Postgres counts them: seconds old. Exact in the comparison. */
  rows: number | null;
  /** Why it stands still. */
  error: string | null;
  comparison: Comparison | null;
}>;

/** Newest first. */
export async function rebuildStates(pool: Pool): Promise<readonly RebuildState[]> {
  const { rows } = await pool.query<RebuildState>(
    `select r.projection, r.version, r.replaces, r.status, r.comparison, c.position, c.error,
            r.started_by as "startedBy", ${instant('r.started_at')} as "startedAt", ${instant('r.ended_at')} as "endedAt",
            case when c.position is not null then h.position end as head,
            round((c.position / greatest(0.001, extract(epoch from clock_timestamp() - r.started_at)))::numeric, 1)::float8 as rate,
            pg_stat_get_live_tuples(to_regclass('read.' || c.projection || '_v' || c.version)) as rows
     from read.rebuilds r cross join log.log_head h left join read.checkpoints c
       on c.version = r.version and r.ended_at is null
       and c.projection = case when r.replaces = r.version then r.projection || '_rebuild' else r.projection end
     order by r.started_at desc, r.projection`,
  );
  return rows;
}

/**
 * For readiness, so that an upgrade leaves replicas of the build before in service until then.
 * @throws Error while versions of this build are filled that replace older ones
 */
export async function checkFilled(pool: Pool, projections: readonly Projection[]): Promise<void> {
  const { rows } = await pool.query<{ table: string }>(
    `select format('%s_v%s', projection, version) as table from read.rebuilds
     where replaces < version and status = 'filling' and (projection, version) in (select * from unnest($1::text[], $2::int[]))`,
    [projections.map(({ name }) => name), projections.map(({ version }) => version)],
  );
  if (rows.length > 0) throw new Error(`not filled yet: ${rows.map(({ table }) => table).join(', ')}`);
}
