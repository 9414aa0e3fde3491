import type { PartState } from '@syntropic/observability';
import { boundedJson, instant } from '@syntropic/postgres';
import type { Pool } from 'pg';
import { IS_REBUILD } from './rebuild-name';

/** An event that a projection cannot take, as it stands in the log. */
type EventShown = Readonly<{
  position: number;
  id: string;
  type: string;
  stream: string;
  version: number;
  /** Absent where it is too large to be shown. */
  data?: Record<string, unknown>;
  recordedAt: string;
}>;

/** The state of one version of a read model. */
export type ProjectionState = Readonly<{
  name: string;
  version: number;
  /** `retrying`: it fails and tries again; `stopped`: it waits for an operator. */
  status: 'live' | 'retrying' | 'stopped';
  position: number;
  error: string | null;
  failing: EventShown | null;
  /** The newest of them. */
  parked: readonly Readonly<{
    event: EventShown;
    error: string;
    reason: string;
    by: string;
    at: string;
  }>[];
}>;

/** Bounds the answer: so many parked events, and each event with so many bytes of data at most. */
const SHOWN = 50;
const DATA_BYTES = 16_384;

const shown = (event: string) => boundedJson(event, 'data', DATA_BYTES);

/** The checkpoints of the newest version of each read model, as a table of SQL. Older versions are kept for older builds. */
export const CURRENT_CHECKPOINTS = `(
  select distinct on (projection) * from read.checkpoints where not (${IS_REBUILD}) order by projection, version desc)`;

/** The newest version of each read model as its worker keeps it. */
export async function projectionStates(pool: Pool): Promise<readonly ProjectionState[]> {
  const { rows } = await pool.query<ProjectionState>(
    `select projection as name, version, status, position, error, ${shown('failing_event')} as failing, (
       select coalesce(json_agg(json_build_object(
         'event', ${shown('event')}, 'error', error, 'reason', reason, 'by', parked_by,
         'at', ${instant('parked_at')}) order by newest.position), '[]')
       from (
         select * from read.parked_events p where (p.projection, p.version) = (c.projection, c.version)
         order by p.position desc limit $1
       ) newest) as parked
     from ${CURRENT_CHECKPOINTS} c order by projection`,
    [SHOWN],
  );
  return rows;
}

/**
 * For health and metrics: a projection that is not live stands still, and so does one that leaves the next event alone.
 * Older versions are left out: they are kept for builds of a rolling upgrade, and nobody folds them afterwards.
 */
export async function projectionParts(pool: Pool): Promise<readonly PartState[]> {
  const { rows } = await pool.query<PartState>(
    `select 'projection' as part, c.projection || '_v' || c.version as name,
            greatest(h.position - c.position, 0) as behind, c.status <> 'live' as "isFailing",
            coalesce(c.error, 'it does not read further') as why,
            ${instant('since')} as since, extract(epoch from clock_timestamp() - since)::float8 as seconds
     from log.log_head h, ${CURRENT_CHECKPOINTS} c, coalesce(
       log.waiting_since(c.position, c.moved_at), case when c.status <> 'live' then c.moved_at end) as since
     order by name`,
  );
  return rows;
}
