import type { PartState } from '@syntropic/observability';
import { instant } from '@syntropic/postgres';
import type { Pool } from 'pg';

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
