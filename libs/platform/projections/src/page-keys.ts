import type { OrderValues } from '@syntropic/postgres';
import { knownColumn, type Order } from './page-order';
import type { Projection } from './projection';

/** Conditions by column; `undefined` is none. */
export type Conditions = Readonly<Record<string, unknown>>;

type Add = (value: unknown) => string;
type Asked = readonly (readonly [column: string, condition: unknown])[];

/** From here on a page is looked for from the nearer end of its list. */
const FAR = 1_000;
/** Parts of an index whose rows are merged in order. */
const MOST_PARTS = 8;

/** The columns that a list is ordered by, of all rows that match, in order. */
type Matching = Readonly<{ forwards: string; backwards: string }>;

/** `after`: only of the rows behind a row with these values. */
type Asking = Readonly<{ where: Conditions; after?: OrderValues | undefined }>;

export function matching(projection: Projection, { where, after }: Asking, order: Order, add: Add): Matching {
  const columns = order.columns.map((column) => `t.${column}`).join(', ');
  const behind = after ? [order.of.behind(after, add)] : [];
  const parts = partsOf(projection, askedOf(where), order).map(
    (part) =>
      `select ${columns} from ${projection.table} t ${filterOf([...conditionsOf(projection, part, add), ...behind])}`,
  );
  // Each part says its order, which the planner needs to merge them.
  const ordered = (by: string) => {
    const sorted = parts.map((part) => `${part} order by ${by}`);
    if (sorted.length === 1) return sorted.join('');
    return `select ${columns} from (${sorted.map((part) => `(${part})`).join(' union all ')}) t order by ${by}`;
  };
  return { forwards: ordered(order.of.forwards), backwards: ordered(order.of.backwards) };
}

const conditionsOf = (projection: Projection, where: Asked, add: Add): readonly string[] =>
  where.flatMap(([column, condition]) => conditionsOn(`t.${knownColumn(projection, column)}`, condition, add));

/** `where` and the conditions, or nothing. */
const filterOf = (conditions: readonly string[]): string =>
  conditions.length > 0 ? `where ${conditions.join(' and ')}` : '';

const askedOf = (where: Conditions): Asked =>
  Object.entries(where).filter(([, condition]) => condition !== undefined && !isUnbounded(condition));

/** A range without a bound is no condition. */
const isUnbounded = (condition: unknown): boolean =>
  typeof condition === 'object' && condition !== null && Object.values(condition).every((bound) => bound === undefined);

/**
 * An index that begins with a filtered column has the order of a list for each value alone: a list of several values is merged
 * from one part for each. Without such an index the rows are filtered in one part.
 */
function partsOf({ indexes }: Projection, asked: Asked, { columns }: Order): readonly Asked[] {
  const single = asked.filter(([, condition]) => valuesOf(condition) !== undefined);
  const combined = single.reduce<readonly Asked[]>(
    (before, [column, condition]) =>
      before.flatMap((part) => [...new Set(valuesOf(condition))].map((value) => [...part, [column, value] as const])),
    [[]],
  );
  const names = single.map(([column]) => column);
  const isInOrder = indexes.some(
    (index) =>
      names.every((name) => index.slice(0, names.length).includes(name)) &&
      columns.every((column, at) => index[names.length + at] === column),
  );
  if (!isInOrder || combined.length < 2 || combined.length > MOST_PARTS) return [asked];
  const others = asked.filter(([column]) => !names.includes(column));
  return combined.map((part) => [...part, ...others]);
}

type Keys = Readonly<{ of: Matching; limit: string; offset: number; isAfter: boolean }>;

/** The keys of a page, beside a row `total`, and what is true where more rows come. */
type PageKeys = Readonly<{ keys: string; hasMore: string }>;

/** A page behind a row has one key too many where more rows come, because the place of the row is not known. */
export function keysOf({ of, limit, offset, isAfter }: Keys, add: Add): PageKeys {
  if (isAfter) return { keys: `${of.forwards} limit ${limit} + 1`, hasMore: `(select count(*) from found) > ${limit}` };
  return {
    keys: keysAt({ of, limit, offset }, add),
    hasMore: `(select rows from total) > ${add(offset)}::bigint + ${limit}`,
  };
}

/**
 * The keys of a page from an offset on. One of the two ways to a far page has no rows, and takes no time.
 * The outer limit tells the planner that the rows are few.
 */
function keysAt({ of, limit, offset }: Omit<Keys, 'isAfter'>, add: Add): string {
  const from = add(offset);
  if (offset <= FAR) return `${of.forwards} limit ${limit} offset ${from}`;
  const isNearer = `2 * ${from}::bigint <= rows`;
  const left = `greatest(0, rows - ${from}::bigint)`;
  return `select * from (
    (${of.forwards} limit (select case when ${isNearer} then ${limit}::bigint else 0 end from total) offset ${from})
    union all
    (${of.backwards} limit (select case when ${isNearer} then 0 else least(${limit}::bigint, ${left}) end from total)
      offset (select greatest(0, ${left} - ${limit}::bigint) from total))) nearer limit ${limit}`;
}

/** Counts that are kept are added up; other filters are counted. */
export function totalOf(projection: Projection, where: Conditions, add: Add): string {
  const { table, counted } = projection;
  const asked = askedOf(where);
  const kept = counted.find(
    (columns) => columns.length === asked.length && asked.every(([name]) => columns.includes(name)),
  );
  const values = kept?.map((column) => valuesOf(where[column]));
  if (!kept || !values?.every((some) => some !== undefined)) {
    return `select count(*) from ${table} t ${filterOf(conditionsOf(projection, asked, add))}`;
  }

  const combined = values.reduce<readonly unknown[][]>(
    (before, some) => before.flatMap((first) => [...new Set(some)].map((value) => [...first, value])),
    [[]],
  );
  return `select coalesce(sum(rows), 0)::bigint from read.row_counts
    where relation = ${add(table)} and columns = ${add(kept.join(', '))}
      and value in (select jsonb_array_elements(${add(JSON.stringify(combined))}::jsonb))`;
}

/** The values that a condition is true for; `undefined` for a range, and for null. */
function valuesOf(condition: unknown): readonly unknown[] | undefined {
  if (condition === null) return undefined;
  if (typeof condition !== 'object') return [condition];
  return 'in' in condition ? (condition.in as readonly unknown[]) : undefined;
}

function conditionsOn(column: string, condition: unknown, add: Add): readonly string[] {
  if (condition === null) return [`${column} is null`];
  if (typeof condition !== 'object') return [`${column} = ${add(condition)}`];
  if ('in' in condition) return [`${column} = any(${add(condition.in)})`];

  return Object.entries(condition)
    .filter(([, bound]) => bound !== undefined)
    .map(([comparison, bound]) => `${column} ${comparison === '>=' ? '>=' : '<='} ${add(bound)}`);
}
