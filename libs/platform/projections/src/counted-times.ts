import type { Projection } from './projection';

const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
const SECONDS = { hour: 3_600, day: 86_400 } as const;

/** Stand for the first and the last of all units. */
const EVER = 1_000_000_000;

export type CountedUnit = keyof typeof SECONDS;

/** SQL for the number of the hour or the day of an instant. It is a part of names in `read.row_counts`, so it never changes. */
const unitOf = (column: string, unit: CountedUnit): string =>
  `floor(extract(epoch from ${column}) / ${SECONDS[unit]})::bigint`;

/** The name of counts by these columns and by the units of a time. */
export const countedBy = (columns: readonly string[], column: string, unit: CountedUnit): string =>
  [...columns, unitOf(column, unit)].join(', ');

/** All lists by which the rows of a table are counted, as `read.count_rows` takes them. */
export const countedLists = ({ counted, countedByTime }: Pick<Projection, 'counted' | 'countedByTime'>) => [
  ...counted.map((columns) => columns.join(', ')),
  ...(countedByTime?.by ?? []).flatMap((columns) =>
    (['hour', 'day'] as const).map((unit) => countedBy(columns, countedByTime?.column ?? '', unit)),
  ),
];

/** Instants, the last one included where it is the end of a range. */
type Edge = Readonly<{ from: string; to: string; includesEnd: boolean }>;

/** Units from the first one on up to the one before the last. */
type Span = Readonly<{ unit: CountedUnit; from: number; to: number }>;

/** A range of time as whole days and hours, whose counts are kept, and what is left at its edges. */
export type DividedRange = Readonly<{ edges: readonly Edge[]; spans: readonly Span[] }>;

type Range = Readonly<{ '>='?: string | undefined; '<='?: string | undefined }>;

/** `undefined` for a range within an hour: its rows are counted. */
export function divided({ '>=': from, '<=': to }: Range): DividedRange | undefined {
  const first = from === undefined ? -EVER : Math.ceil(Date.parse(from) / HOUR_MS);
  const last = to === undefined ? EVER : Math.floor(Date.parse(to) / HOUR_MS);
  if (first >= last) return undefined;

  const [firstDay, lastDay] = [
    from === undefined ? -EVER : Math.ceil(first / DAY_HOURS),
    to === undefined ? EVER : Math.floor(last / DAY_HOURS),
  ];
  const hours = (begin: number, end: number): Span => ({ unit: 'hour', from: begin, to: end });
  const spans: readonly Span[] =
    firstDay < lastDay
      ? [
          ...(from === undefined ? [] : [hours(first, firstDay * DAY_HOURS)]),
          { unit: 'day', from: firstDay, to: lastDay },
          ...(to === undefined ? [] : [hours(lastDay * DAY_HOURS, last)]),
        ]
      : [hours(first, last)];
  return {
    edges: [
      ...(from === undefined ? [] : [{ from, to: instantOf(first), includesEnd: false }]),
      ...(to === undefined ? [] : [{ from: instantOf(last), to, includesEnd: true }]),
    ],
    spans: spans.filter((span) => span.from < span.to),
  };
}

const instantOf = (hour: number): string => new Date(hour * HOUR_MS).toISOString();
