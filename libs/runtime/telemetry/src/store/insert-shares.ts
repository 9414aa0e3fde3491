import type { TelemetryBatch } from '../telemetry-batch';
import type { TelemetryEvent } from '../telemetry-event';

/** An event, and the place of its batch. */
export type Entry = Readonly<{ batch: number; event: TelemetryEvent }>;

/** What one call of the store's function inserts. `leases`: those of its batches, as JSON. */
export type InsertShare = Readonly<{ entries: readonly Entry[]; leases: string }>;

/** Events that are worth a second call: its cost is that of about a hundred. */
const LARGE = 500;
const SHARES = 2;

/**
 * Divides large inserts among calls that run at the same time. Whatever locks the same rows stays together: the events of an execution,
 * those of a session outside of executions, and a batch with a lease.
 */
export function shares(batches: readonly TelemetryBatch[]): readonly InsertShare[] {
  const events = batches.reduce((sum, batch) => sum + batch.events.length, 0);
  const count = events < LARGE ? 1 : SHARES;
  const divided = Array.from({ length: count }, (): { entries: Entry[]; leases: object[] } => ({
    entries: [],
    leases: [],
  }));
  for (const [batch, { events, lease }] of batches.entries()) {
    const leased = lease && divided[hashOf(events[0]?.executionId ?? lease.sessionId) % count];
    if (lease) leased?.leases.push({ batch, session_id: lease.sessionId, token: lease.token });
    for (const event of events) {
      const share = leased ?? divided[hashOf(event.executionId ?? event.sessionId) % count];
      share?.entries.push({ batch, event });
    }
  }
  return divided
    .filter(({ entries, leases }) => entries.length + leases.length > 0)
    .map(({ entries, leases }) => ({ entries, leases: JSON.stringify(leases) }));
}

/** The last characters of ids are the random ones. */
function hashOf(id: string): number {
  let hash = 0;
  for (let index = Math.max(0, id.length - 16); index < id.length; index++)
    hash = (hash * 31 + id.charCodeAt(index)) >>> 0;
  return hash;
}
