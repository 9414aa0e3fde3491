import type { Pool } from 'pg';

/** How the database keeps telemetry: native partitions, or hypertables of TimescaleDB. */
export const LAYOUTS = ['native', 'timescale'] as const;
export type Layout = (typeof LAYOUTS)[number];

export async function layoutOf(pool: Pool): Promise<Layout> {
  const { rows } = await pool.query<{ layout: Layout }>('select telemetry.layout() as layout');
  return rows[0]?.layout ?? 'native';
}
