import type { OrderValues } from '@syntropic/postgres';
import { CHECKPOINT_COLUMNS, type Checkpoint } from './checkpoints';
import { keysOf, matching } from './page-keys';
import { orderOf } from './page-order';
import { totalOf } from './page-totals';
import type { AnyRow, Projection } from './projection';
import { parameters } from './rows';
import { cutSelectionOf, listedSelectionOf } from './table';

/** Columns with one plain value; JSON columns cannot be filtered. */
type Filterable<Row> = {
  [Column in keyof Row & string]: Row[Column] extends string | number | boolean | null ? Column : never;
}[keyof Row & string];

type Condition<Value> =
  | Value
  | Readonly<{ in: readonly Value[] }>
  | Readonly<{ '>='?: NonNullable<Value> | undefined; '<='?: NonNullable<Value> | undefined }>;

type Where<Row> = { readonly [Column in Filterable<Row>]?: Condition<Row[Column]> | undefined };

export type PageQuery<Row> = Readonly<{
  /** All conditions must hold. `undefined` is no condition. */
  where?: Where<Row>;
  /** Rows that are equal in these are ordered by key, so that pages neither repeat nor miss one. */
  orderBy?: readonly (readonly [column: Filterable<Row>, direction: 'asc' | 'desc'])[];
  limit: number;
  /** Ignored with `after`. */
  offset?: number;
  /** The `next` of the page before. What is inserted or deleted meanwhile neither repeats nor misses other rows. */
  after?: OrderValues | undefined;
}>;

/** Rows with more bytes than their share of a page have `is_cut`, and their long texts end with an ellipsis. */
export type Page<Row> = Readonly<{
  rows: readonly Row[];
  /** Of the whole list. */
  total: number;
  /** For `after` of the next page; null at the end. */
  next: OrderValues | null;
}>;

/** Half of the most bytes of an answer: names and displayed values come to the rows. */
const PAGE_BYTES = 2 * 1024 * 1024;

/** A page with the checkpoint of the same snapshot: it results from exactly the events up to there. */
export type PageAt<Row> = Page<Row> & Readonly<{ checkpoint: Checkpoint | null }>;

type Statement = Readonly<{ text: string; values: unknown[] }>;

/**
 * One statement, so that page, total and checkpoint are of the same snapshot.
 * Each row has an equal share of the page's bytes: a page has all its rows, so numbers and offsets of pages stay true.
 * The keys of the page are found first, which an index does alone; only their rows are read.
 * `shown`: SQL for small values of the row `t`, in the place of its columns.
 */
export function pageStatement<Row extends AnyRow>(
  projection: Projection<Row>,
  query: PageQuery<Row>,
  shown?: string,
): Statement {
  const { name, version, table, key } = projection;
  const { where = {}, orderBy = [], limit: rows, offset = 0, after } = query;
  const sql = parameters();
  const share = Math.floor(PAGE_BYTES / Math.max(1, rows));
  const order = orderOf(projection, orderBy);
  const total = totalOf(projection, where, sql.add);
  const of = matching(projection, { where, after }, order, sql.add);
  const limit = `${sql.add(rows)}::bigint`;
  const { keys, hasMore } = keysOf({ of, limit, offset, isAfter: after !== undefined }, sql.add);
  const text = `with total as materialized (select (${total}) as rows),
    found as materialized (${keys})
    select (select rows from total) as total, coalesce((
    select json_agg(case when octet_length(page.row::text) <= ${sql.add(share)}::bigint then page.row else (
      select to_json(s) from (select ${shown ?? cutSelectionOf(projection, share)} from ${table} t where t.${key} = page.id) s) end)
    from (
      select t.${key} as id, (select to_json(s) from (select ${shown ?? listedSelectionOf(projection)}) s) as row
      from (select * from found t order by ${order.of.forwards} limit ${limit}) found join ${table} t using (${key})
      order by ${order.of.forwards}) page), '[]') as rows, (
    select case when ${hasMore} then ${order.of.values} end from found t
      order by ${order.of.forwards} offset greatest(${limit} - 1, 0) limit 1) as next, (
    select to_json(c) from (
      select ${CHECKPOINT_COLUMNS} from read.checkpoints
      where projection = ${sql.add(name)} and version = ${sql.add(version)}) c) as checkpoint`;
  return { text, values: sql.values };
}
