import type { PartState } from '@syntropic/observability';
import { instant } from '@syntropic/postgres';
import type { Pool } from 'pg';

/** For health and metrics: processes, and the timers that they have started. */
export async function processParts(pool: Pool): Promise<readonly PartState[]> {
  const { rows } = await pool.query<PartState>(
    `with part as (
       select 'process' as part, p.name, greatest(h.position - greatest(p.position, p.reader_position), 0) as behind,
              p.status <> 'running' as "isFailing", coalesce(p.error, 'it does not read further') as why,
              coalesce(
                p.failing_since, log.waiting_since(greatest(p.position, p.reader_position), p.moved_at),
                case when p.status <> 'running' then p.moved_at end) as since
       from ops.processes p, log.log_head h
       union all
       select 'timers', t.process, count(*), false, 'their commands were not sent', min(least(t.due_at, t.failing_since))
       from ops.timers t
       where t.due_at is not null and (t.due_at < clock_timestamp() or t.failing_since is not null)
       group by t.process
     )
     select part, name, behind, "isFailing", why,
            ${instant('since')} as since, extract(epoch from clock_timestamp() - since)::float8 as seconds
     from part order by part, name`,
  );
  return rows;
}
