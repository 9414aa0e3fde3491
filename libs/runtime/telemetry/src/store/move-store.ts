import type { Pool } from 'pg';
import { layoutOf, type Layout } from './layout';
import { refreshRollUps } from './refresh-roll-ups';

/** Copied before writers have to wait: nothing is added to these tables for days that are older than a week. */
const CLOSED = ['events', 'texts'] as const;

const CLOSED_DAYS = `
  select to_char(day, 'YYYY-MM-DD') as day from generate_series(
    (select date_trunc('day', min(time), 'UTC') from telemetry.{table}) at time zone 'UTC',
    $1::date - interval '1 day', interval '1 day') day`;

/**
 * Moves the stored telemetry to another layout. Services stay up: readers go on, and writers wait while the newest eight days are copied.
 * A move that ends before its last step has changed nothing, and begins anew. False when the store has the layout already.
 */
export async function moveStore(pool: Pool, target: Layout, report: (line: string) => void): Promise<boolean> {
  if ((await layoutOf(pool)) === target) return false;

  await pool.query('select telemetry.begin_move($1)', [target]);
  const since = new Date(Date.now() - 8 * 86_400_000).toISOString().slice(0, 10);
  for (const table of CLOSED) {
    const { rows } = await pool.query<{ day: string }>(CLOSED_DAYS.replace('{table}', table), [since]);
    for (const { day } of rows) {
      const copied = await pool.query<{ copied: number }>('select telemetry.copy_day($1, $2, $3) as copied', [
        table,
        target,
        day,
      ]);
      report(`${table} of ${day}: ${copied.rows[0]?.copied ?? 0} rows`);
    }
  }
  report(`copying what has happened since ${since}; writers wait`);
  await pool.query('select telemetry.finish_move($1, $2)', [target, since]);
  report('filling the roll-ups');
  await refreshRollUps(pool);
  return true;
}
