import type { Recorded } from '@syntropic/kernel';
import type { AnyRow, Projection } from './projection';

/** A row, and the position of the event that changed it last; null for a deleted row. */
export type Versioned = Readonly<{ position: number; row: AnyRow | null }>;

/** An event could not be folded: a defect of the projection, or an event type it does not know. */
export class FoldFailed extends Error {
  override readonly name = 'FoldFailed';
}

/** The rows that these events may read or change. */
export const keysOf = (projection: Projection, events: readonly Recorded[]): readonly string[] => [
  ...new Set(folded(projection, events).flatMap((event) => [...keysOfOne(projection, event)])),
];

/** The rows that change when these events are folded, by key. */
export function fold(
  projection: Projection,
  rows: ReadonlyMap<string, Versioned>,
  events: readonly Recorded[],
): ReadonlyMap<string, Versioned> {
  const changed = new Map<string, Versioned>();

  for (const event of folded(projection, events)) {
    for (const key of keysOfOne(projection, event)) {
      const before = (changed.get(key) ?? rows.get(key))?.row ?? undefined;
      const after = guarded(() => projection.foldOf(event.type)?.(before, event, key));
      if (after === undefined || after === before || (after === null && !before)) continue;

      changed.set(key, { position: event.position, row: after && canonical(projection, after, key) });
    }
  }
  return changed;
}

/** @throws FoldFailed for an event of its streams that this build does not know: readers must be rolled out before writers. */
export function refuseUnknown({ streams }: Projection, events: readonly Recorded[]): void {
  const unknown = events.find(({ type, stream }) =>
    streams.some(({ aggregate, events: known }) => stream.startsWith(`${aggregate}-`) && !Object.hasOwn(known, type)),
  );
  if (unknown) throw new FoldFailed(`this version does not know ${unknown.type}`);
}

const folded = (projection: Projection, events: readonly Recorded[]) =>
  events.filter(({ type }) => projection.foldOf(type));

const keysOfOne = (projection: Projection, event: Recorded) => new Set(guarded(() => projection.keys(event)));

/** Instants get the format of the table, so that a fold does not depend on batch boundaries. */
function canonical({ columns, key: keyColumn }: Projection, row: AnyRow, key: string): AnyRow {
  if (row[keyColumn] !== key) throw new FoldFailed(`the row of ${key} would become ${String(row[keyColumn])}`);

  const loose = columns.filter(({ name, type }) => type === 'timestamp with time zone' && isLoose(row[name]));
  if (loose.length === 0) return row;
  return { ...row, ...Object.fromEntries(loose.map(({ name }) => [name, instant(row[name])])) };
}

const CANONICAL_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const isLoose = (cell: unknown) => typeof cell === 'string' && !CANONICAL_INSTANT.test(cell);

const instant = (cell: unknown) => guarded(() => new Date(String(cell)).toISOString());

function guarded<Result>(decide: () => Result): Result {
  try {
    return decide();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FoldFailed(why, { cause });
  }
}
