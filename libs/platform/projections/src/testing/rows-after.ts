import type { Event, Recorded } from '@syntropic/kernel';
import { fold } from '../fold';
import type { AnyRow, Projection } from '../projection';

/** The rows after these events, which were recorded at 2026-01-01T00:00:01.000Z and then a second apart. */
export function rowsAfter<Row extends AnyRow>(
  projection: Projection<Row>,
  ...events: readonly Event[]
): readonly Row[] {
  const recorded = events.map((event, index) => {
    const recordedAt = new Date(Date.UTC(2026, 0, 1, 0, 0, index + 1)).toISOString();
    // Folds read no more of a recorded event than this.
    return { ...event, position: index + 1, recordedAt } as Recorded;
  });
  const rows = [...fold(projection, new Map(), recorded).values()];
  // Only the projection's fold makes its rows.
  return rows.flatMap(({ row }) => (row ? [row as Row] : []));
}
