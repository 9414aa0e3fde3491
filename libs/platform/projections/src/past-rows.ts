import type { EventLog } from '@syntropic/event-store';
import type { Recorded } from '@syntropic/kernel';
import { fold, refuseUnknown, type Versioned } from './fold';
import type { AnyRow, Projection } from './projection';

type Past<Row> = Readonly<{
  rows: ReadonlyMap<string, Row>;
  /** The last event that belongs to the past; absent when none does. */
  last: Recorded | undefined;
}>;

type PastOf<Row extends AnyRow> = Readonly<{
  projection: Projection<Row>;
  /** The stream whose events alone make these rows. */
  stream: string;
  keys: readonly string[];
}>;

/**
 * Rows as they were, folded from the log. Pages of the stream are read one at a time, so memory does not grow with its length.
 * @param isPast the first event for which it is false ends the past
 * @throws FoldFailed for an event that this build does not know
 */
export async function pastRows<Row extends AnyRow>(
  log: Pick<EventLog, 'readStream'>,
  { projection, stream, keys }: PastOf<Row>,
  isPast: (event: Recorded) => boolean,
): Promise<Past<Row>> {
  const rows = new Map<string, Versioned>();
  let last: Recorded | undefined;
  for (let isOver = false; !isOver;) {
    const page = await log.readStream(stream, last?.version ?? 0);
    const end = page.findIndex((event) => !isPast(event));
    const past = end === -1 ? page : page.slice(0, end);
    refuseUnknown(projection, past);
    const changed = fold(projection, rows, past);
    for (const key of keys) {
      const row = changed.get(key);
      if (row) rows.set(key, row);
    }
    last = past.at(-1) ?? last;
    isOver = past.length < page.length || page.length === 0;
  }
  const present = [...rows].flatMap(([key, { row }]) => (row === null ? [] : [[key, row] as const]));
  // Only the projection's fold has made these rows.
  return { rows: new Map(present) as ReadonlyMap<string, AnyRow> as ReadonlyMap<string, Row>, last };
}
