import { instant } from '@syntropic/postgres';
import type { Pool } from 'pg';

/** The event a projection cannot take, as it stands in the log. */
type EventShown = Readonly<{
  position: number;
  id: string;
  type: string;
  stream: string;
  version: number;
  data: Record<string, unknown>;
  recordedAt: string;
}>;

/** How one version of a read model stands. */
export type ProjectionState = Readonly<{
  name: string;
  version: number;
  /** `retrying`: it fails and tries again; `stopped`: it waits for an operator. */
  status: 'live' | 'retrying' | 'stopped';
  position: number;
  error: string | null;
  failing: EventShown | null;
  parked: readonly Readonly<{
    event: EventShown;
    error: string;
    reason: string;
    by: string;
    at: string;
  }>[];
}>;

/** All read models as their workers keep them. */
export async function projectionStates(pool: Pool): Promise<readonly ProjectionState[]> {
  const { rows } = await pool.query<ProjectionState>(
    `select projection as name, version, status, position, error, failing_event as failing, (
       select coalesce(json_agg(json_build_object(
         'event', event, 'error', error, 'reason', reason, 'by', parked_by,
         'at', ${instant('parked_at')}) order by p.position), '[]')
       from read.parked_events p where (p.projection, p.version) = (c.projection, c.version)) as parked
     from read.checkpoints c order by projection, version`,
  );
  return rows;
}
