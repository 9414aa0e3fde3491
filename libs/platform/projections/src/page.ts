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
  const order = [
    ...orderBy.map(
      ([column, direction]) => `t.${known(projection, column)} ${direction === 'asc' ? 'asc' : 'desc'} nulls last`,
    ),
    `t.${key}`,
  ];
  const text = `select (select count(*) from ${table} t ${filter}) as total, coalesce((
    select json_agg(case when octet_length(page.row::text) <= ${sql.add(share)}::bigint then page.row else (
      select to_json(s) from (select ${cutSelectionOf(projection, share)} from ${table} t where t.${key} = page.id) s) end)
    from (
      select t.${key} as id, (select to_json(s) from (select ${listedSelectionOf(projection)}) s) as row
      from ${table} t ${filter}
      order by ${order.join(', ')} limit ${sql.add(limit)} offset ${sql.add(offset)}) page), '[]') as rows, (
    select to_json(c) from (
      select ${CHECKPOINT_COLUMNS} from read.checkpoints
      where projection = ${sql.add(name)} and version = ${sql.add(version)}) c) as checkpoint`;
  return { text, values: sql.values };
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
