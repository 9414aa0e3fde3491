import type { Pool } from 'pg';
import { layoutOf } from './layout';

/** Continuous aggregates are brought up to date at once, without waiting for their jobs; other roll-ups always are. */
export async function refreshRollUps(pool: Pool): Promise<void> {
  if ((await layoutOf(pool)) === 'native') return;
  const { rows } = await pool.query<{ schema: string; name: string }>(
    'select telemetry.timescale_schema() as schema, name from telemetry.roll_ups()',
  );
  for (const { schema, name } of rows) {
    await pool.query(`call "${schema}".refresh_continuous_aggregate('telemetry.${name}', null, null)`);
  }
}
