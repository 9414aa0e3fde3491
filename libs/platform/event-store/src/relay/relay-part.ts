import type { PartState } from '@syntropic/observability';
import { instant } from '@syntropic/postgres';
import type { Pool } from 'pg';

/** Long enough for an operator to see it. */
const SHOWN_SECONDS = 3_600;

/** For health: for an hour after the log went back it says so. */
export async function logParts(pool: Pool): Promise<readonly PartState[]> {
  const { rows } = await pool.query<PartState>(
    `select 'log' as part, 'log' as name, 0 as behind, true as "isFailing",
            format('it was restored: it lacks events that were read up to position %s, and keeps those up to %s', seen, shared) as why,
            ${instant('began_at')} as since, extract(epoch from clock_timestamp() - began_at)::float8 as seconds
     from log.restorations where began_at > clock_timestamp() - $1 * interval '1 s' order by began_at desc limit 1`,
    [SHOWN_SECONDS],
  );
  return rows;
}

/** For health and metrics: the relay stands still when it publishes no further, or when no replica runs it. */
export async function relayParts(pool: Pool): Promise<readonly PartState[]> {
  const { rows } = await pool.query<PartState>(
    `select 'relay' as part, 'relay' as name, greatest(h.position - r.position, 0) as behind, false as "isFailing",
            case when since = r.seen_at then 'no replica runs it' else 'it publishes no further' end as why,
            ${instant('since')} as since, extract(epoch from clock_timestamp() - since)::float8 as seconds
     from log.log_head h, ops.relay r, least(log.waiting_since(r.position, '-infinity'), r.seen_at) as since`,
  );
  return rows;
}
