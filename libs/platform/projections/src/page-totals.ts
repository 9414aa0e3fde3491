import { countedBy, divided, type DividedRange } from './counted-times';
import { askedOf, conditionsOf, filterOf, valuesOf, type Add, type Asked, type Conditions } from './page-conditions';
import type { Projection } from './projection';

/** Values of a filter by several columns that are looked up one by one. */
const MOST_COMBINATIONS = 16;

/** SQL for the number of rows that match. Counts that are kept are added up; other filters are counted. */
export function totalOf(projection: Projection, where: Conditions, add: Add): string {
  const asked = askedOf(where);
  return keptTotal(projection, asked, add) ?? totalOfTime(projection, asked, add) ?? counted(projection, asked, add);
}

const counted = (projection: Projection, asked: Asked, add: Add, more: readonly string[] = []): string =>
  `select count(*) from ${projection.table} t ${filterOf([...conditionsOf(projection, asked, add), ...more])}`;

/** `undefined` where the rows are not counted by these columns. */
function keptTotal({ table, counted: lists }: Projection, asked: Asked, add: Add): string | undefined {
  const kept = listOf(lists, asked);
  const combined = kept && combinations(kept, asked);
  if (!combined) return undefined;
  return `select coalesce(sum(rows), 0)::bigint from read.row_counts
    where relation = ${add(table)} and columns = ${add(kept.join(', '))}
      and value in (select jsonb_array_elements(${add(JSON.stringify(combined))}::jsonb))`;
}

/** A range of time beside such columns: whole hours and days are added up, and what is left at the edges is counted. */
function totalOfTime(projection: Projection, asked: Asked, add: Add): string | undefined {
  const { column, by } = projection.countedByTime ?? { column: '', by: [] };
  const range = asked.find(([name, condition]) => name === column && valuesOf(condition) === undefined)?.[1];
  const others = asked.filter(([name]) => name !== column);
  const kept = listOf(by, others);
  const combined = kept && combinations(kept, others);
  if (!combined || combined.length > MOST_COMBINATIONS || typeof range !== 'object' || range === null) return undefined;

  const parts = divided(range);
  return parts && `select ${[...spansOf(parts), ...edgesOf(parts)].join(' + ')}`;

  function spansOf({ spans }: DividedRange): readonly string[] {
    return spans.map(({ unit, from, to }) => {
      const bounds = (combined ?? []).map((values) => {
        const [first, last] = [from, to].map((number) => `${add(JSON.stringify([...values, number]))}::jsonb`);
        return `(value >= ${first} and value < ${last})`;
      });
      return `(select coalesce(sum(rows), 0)::bigint from read.row_counts
        where relation = ${add(projection.table)} and columns = ${add(countedBy(kept ?? [], column, unit))} and (${bounds.join(' or ')}))`;
    });
  }

  function edgesOf({ edges }: DividedRange): readonly string[] {
    return edges.map(({ from, to, includesEnd }) => {
      const within = [`t.${column} >= ${add(from)}`, `t.${column} ${includesEnd ? '<=' : '<'} ${add(to)}`];
      return `(${counted(projection, others, add, within)})`;
    });
  }
}

/** The list of exactly the columns that are asked for. */
const listOf = (lists: readonly (readonly string[])[], asked: Asked): readonly string[] | undefined =>
  lists.find((columns) => columns.length === asked.length && asked.every(([name]) => columns.includes(name)));

/** Each combination of values of these columns; `undefined` where a condition is not about single values. */
function combinations(columns: readonly string[], asked: Asked): readonly (readonly unknown[])[] | undefined {
  const conditions = new Map(asked);
  return columns.reduce<readonly (readonly unknown[])[] | undefined>(
    (before, column) => {
      const values = valuesOf(conditions.get(column));
      return values && before?.flatMap((first) => [...new Set(values)].map((value) => [...first, value]));
    },
    [[]],
  );
}
