import type { Pool } from 'pg';
import type { SessionPlace } from '../ingest/reported-fact';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Finds the sessions that this platform runs: their work is recorded before their agents start. */
export class SessionPlaces {
  constructor(private readonly pool: Pool) {}

  /** The places of those among the sessions that are the platform's own. */
  async of(sessionIds: Iterable<string>): Promise<ReadonlyMap<string, SessionPlace>> {
    const possible = [...new Set(sessionIds)].filter((id) => UUID.test(id));
    if (possible.length === 0) return new Map();
    const { rows } = await this.pool.query<{ session_id: string; execution_id: string; phase_id: string }>({
      name: 'session-places',
      text: 'select session_id, execution_id, phase_id from ops.work where session_id = any($1::uuid[])',
      values: [possible],
    });
    return new Map(
      rows.map(({ session_id, execution_id, phase_id }) => [
        session_id,
        { executionId: execution_id, phaseId: phase_id },
      ]),
    );
  }
}
