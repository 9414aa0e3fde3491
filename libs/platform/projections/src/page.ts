import { CHECKPOINT_COLUMNS, type Checkpoint } from './checkpoints';
import type { AnyRow, Projection } from './projection';
import { parameters } from './rows';
import { cutSelectionOf, listedSelectionOf } from './table';

/** Columns with one plain value; JSON columns cannot be filtered. */
type Filterable<Row> = {
  [Column in keyof Row & string]: Row[Column] extends string | number | boolean | null ? Column : never;
}[keyof Row & string];

type Condition<Value> =
  Value | Readonly<{ in: readonly Value[] }> | Readonly<{ '>='?: NonNullable<Value>; '<='?: NonNullable<Value> }>;

type Where<Row> = { readonly [Column in Filterable<Row>]?: Condition<Row[Column]> | undefined };

export type PageQuery<Row> = Readonly<{
  /** All conditions must hold. `undefined` is no condition. */
  where?: Where<Row>;
  /** Rows that are equal in these are ordered by key, so that pages neither repeat nor miss one. */
  orderBy?: readonly (readonly [column: Filterable<Row>, direction: 'asc' | 'desc'])[];
  limit: number;
  offset?: number;
}>;

/** Rows with more bytes than their share of a page have `is_cut`, and their long texts end with an ellipsis. */
export type Page<Row> = Readonly<{ rows: readonly Row[]; total: number }>;

/** Half of the most bytes of an answer: names and displayed values come to the rows. */
const PAGE_BYTES = 2 * 1024 * 1024;

/** A page with the checkpoint of the same snapshot: it results from exactly the events up to there. */
export type PageAt<Row> = Page<Row> & Readonly<{ checkpoint: Checkpoint | null }>;

type Statement = Readonly<{ text: string; values: unknown[] }>;

/**
 * One statement, so that page, total and checkpoint are of the same snapshot.
 * Each row has an equal share of the page's bytes: a page has all its rows, so numbers and offsets of pages stay true.
 * The keys of the page are found first, which an index does alone; only their rows are read.
 */
export function pageStatement<Row extends AnyRow>(projection: Projection<Row>, query: PageQuery<Row>): Statement {
  const { name, version, table, key } = projection;
  const { where = {}, orderBy = [], limit, offset = 0 } = query;
  const sql = parameters();
  const share = Math.floor(PAGE_BYTES / Math.max(1, limit));

  const conditions = Object.entries(where).flatMap(([column, condition]) =>
    condition === undefined ? [] : conditionsOn(`t.${known(projection, column)}`, condition, sql.add),
  );
  const filter = conditions.length > 0 ? `where ${conditions.join(' and ')}` : '';
  const order = orderOf(projection, orderBy);
  const first = sql.add(limit);
  const text = `with total as materialized (select (${totalOf(projection, where, filter, sql.add)}) as rows)
    select (select rows from total) as total, coalesce((
    select json_agg(case when octet_length(page.row::text) <= ${sql.add(share)}::bigint then page.row else (
      select to_json(s) from (select ${cutSelectionOf(projection, share)} from ${table} t where t.${key} = page.id) s) end)
    from (
      select t.${key} as id, (select to_json(s) from (select ${listedSelectionOf(projection)}) s) as row
      from (${keysOf({ of: `select t.${key} from ${table} t ${filter}`, order, limit: first, offset: sql.add(offset), isFar: offset > FAR })}) found
      join ${table} t using (${key}) order by ${order.forwards}) page), '[]') as rows, (
    select to_json(c) from (
      select ${CHECKPOINT_COLUMNS} from read.checkpoints
      where projection = ${sql.add(name)} and version = ${sql.add(version)}) c) as checkpoint`;
  return { text, values: sql.values };
}

type Order = Readonly<{ forwards: string; backwards: string }>;

/** From here on a page is looked for from the nearer end of its list. */
const FAR = 1_000;

type Keys = Readonly<{ of: string; order: Order; limit: string; offset: string; isFar: boolean }>;

/** The keys of a page. One of the two ways to a far page has no rows, and takes no time. */
function keysOf({ of, order, limit, offset, isFar }: Keys): string {
  if (!isFar) return `${of} order by ${order.forwards} limit ${limit} offset ${offset}`;
  const isNearer = `2 * ${offset}::bigint <= rows`;
  const left = `greatest(0, rows - ${offset}::bigint)`;
  return `
    (${of} order by ${order.forwards} limit (select case when ${isNearer} then ${limit}::bigint else 0 end from total) offset ${offset})
    union all
    (${of} order by ${order.backwards} limit (select case when ${isNearer} then 0 else least(${limit}::bigint, ${left}) end from total)
      offset (select greatest(0, ${left} - ${limit}::bigint) from total))`;
}

/** Counts that are kept are added up; other filters are counted. */
function totalOf(
  { table, counted }: Projection,
  where: Readonly<Record<string, unknown>>,
  filter: string,
  add: (value: unknown) => string,
): string {
  const asked = Object.entries(where).filter(([, condition]) => condition !== undefined);
  const kept = counted.find(
    (columns) => columns.length === asked.length && asked.every(([name]) => columns.includes(name)),
  );
  const values = kept?.map((column) => valuesOf(where[column]));
  if (!kept || !values?.every((some) => some !== undefined)) return `select count(*) from ${table} t ${filter}`;

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

/** Equal rows are in the direction of the last column, as in an index of the columns and the key. Only columns with nulls need to say where these come. */
function orderOf(
  projection: Projection,
  orderBy: readonly (readonly [column: string, direction: 'asc' | 'desc'])[],
): Order {
  const columns = [...orderBy, [projection.key, orderBy.at(-1)?.[1] ?? 'asc'] as const].map(([name, direction]) => {
    const isNullable = projection.columns.some((column) => column.name === name && column.nullable);
    return {
      column: `t.${known(projection, name)}`,
      isForwards: direction === 'asc',
      nulls: isNullable ? (['nulls last', 'nulls first'] as const) : (['', ''] as const),
    };
  });
  return {
    forwards: columns
      .map(({ column, isForwards, nulls: [last] }) => `${column} ${isForwards ? 'asc' : 'desc'} ${last}`)
      .join(', '),
    backwards: columns
      .map(({ column, isForwards, nulls: [, first] }) => `${column} ${isForwards ? 'desc' : 'asc'} ${first}`)
      .join(', '),
  };
}

function conditionsOn(column: string, condition: unknown, add: (value: unknown) => string): readonly string[] {
  if (condition === null) return [`${column} is null`];
  if (typeof condition !== 'object') return [`${column} = ${add(condition)}`];
  if ('in' in condition) return [`${column} = any(${add(condition.in)})`];

  return Object.entries(condition)
    .filter(([, bound]) => bound !== undefined)
    .map(([comparison, bound]) => `${column} ${comparison === '>=' ? '>=' : '<='} ${add(bound)}`);
}

/** @throws for a name that is not a column: column names are not parameters of the statement. */
function known({ name, columns }: Pick<Projection, 'name' | 'columns'>, column: string): string {
  if (columns.some((one) => one.name === column)) return column;
  throw new Error(`${name} has no column ${column}`);
}
