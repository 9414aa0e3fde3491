import { DomainError } from '@syntropic/kernel';
import { isValueOf, textOf, type OrderedType } from './ordered-types';

/** A column that a list is ordered by. Nulls are last, in either direction. */
type OrderColumn = Readonly<{
  sql: string;
  type: OrderedType;
  direction: 'asc' | 'desc';
  isNullable?: boolean;
}>;

/** The values of a row in the columns of an order, as texts. */
export type OrderValues = readonly (string | null)[];

/** A page of a list: behind a row with these values, else from an offset on. */
export type ListPlace = Readonly<{ limit: number; offset?: number; after?: OrderValues | undefined }>;

type Add = (value: unknown) => string;

/** The order of a list, by columns that tell all rows apart. */
export class ListOrder {
  /** For `order by`; only columns with nulls say where these come, because indexes do not. */
  readonly forwards: string;
  readonly backwards: string;
  /** SQL for the `OrderValues` of a row, as a JSON list. */
  readonly values: string;

  constructor(private readonly columns: readonly OrderColumn[]) {
    this.forwards = columns
      .map(({ sql, direction, isNullable }) => by(sql, direction, isNullable && 'last'))
      .join(', ');
    this.backwards = columns
      .map(({ sql, direction, isNullable }) => by(sql, direction === 'asc' ? 'desc' : 'asc', isNullable && 'first'))
      .join(', ');
    this.values = `json_build_array(${columns.map(({ sql, type }) => textOf(sql, type)).join(', ')})`;
  }

  /**
   * SQL that is true for the rows behind a row with these values, whether or not that row still exists.
   * @throws DomainError `cursor.malformed` for values that no row of this order can have
   */
  behind(values: OrderValues, add: Add): string {
    const { columns } = this;
    const fits = columns.every(({ type, isNullable }, index) => {
      const value = values[index];
      return value === null ? isNullable === true : value !== undefined && isValueOf(type, value);
    });
    if (!fits || values.length !== columns.length) throw malformedCursor('its values are not those of a row');

    const [first] = columns;
    const isUniform = columns.every(({ direction, isNullable }) => direction === first?.direction && !isNullable);
    const compared = columns.map((column, index): Compared => {
      const value = values[index] ?? null;
      return { ...column, value: value === null ? null : `${add(value)}::${column.type}` };
    });
    return isUniform ? inOneDirection(compared) : bounded(compared);
  }

  /** SQL for the rows of a page and one more: a condition, and what follows all conditions. See `cutPage`. */
  pageOf({ limit, offset = 0, after }: ListPlace, add: Add): Readonly<{ condition: string; range: string }> {
    const from = after ? '' : ` offset ${add(offset)}::bigint`;
    return {
      condition: after ? this.behind(after, add) : 'true',
      range: `order by ${this.forwards} limit ${add(limit)}::bigint + 1${from}`,
    };
  }
}

/** A row with the values of its order, which a statement selects under this name. */
export type Ordered = Readonly<{ order_values: OrderValues }>;

type CutPage<Row> = Readonly<{ rows: readonly Row[]; next: OrderValues | null }>;

/** The rows of a page without the one more, and the values behind which the next page begins: null at the end. */
export function cutPage<Row extends object>(rows: readonly (Row & Ordered)[], limit: number): CutPage<Row> {
  // Without the values of the order it is the row.
  const shown = rows.slice(0, limit).map(({ order_values: _, ...row }) => row as unknown as Row);
  return { rows: shown, next: rows.length > limit ? (rows[limit - 1]?.order_values ?? null) : null };
}

/** The refusal of a cursor that a list has not given. */
export const malformedCursor = (why: string) => new DomainError('cursor.malformed', why, 'invalid', 'cursor');

const by = (sql: string, direction: string, nulls: 'first' | 'last' | false | undefined): string =>
  `${sql} ${direction}${nulls ? ` nulls ${nulls}` : ''}`;

type Compared = OrderColumn & Readonly<{ value: string | null }>;

const beyond = ({ direction }: OrderColumn): '<' | '>' => (direction === 'asc' ? '>' : '<');

/** A comparison of rows, which an index of the columns serves. */
function inOneDirection(columns: readonly Compared[]): string {
  const [first] = columns;
  const listed = (of: (column: Compared) => string | null) => columns.map(of).join(', ');
  return `(${listed(({ sql }) => sql)}) ${first ? beyond(first) : '>'} (${listed(({ value }) => value)})`;
}

/** The first column by itself is the condition that an index serves. */
function bounded(columns: readonly Compared[]): string {
  const [first] = columns;
  if (!first || first.value === null || first.isNullable) return expanded(columns);
  return `(${first.sql} ${beyond(first)}= ${first.value} and ${expanded(columns)})`;
}

/** The same column by column, where directions differ or nulls are among the values. */
function expanded([column, ...others]: readonly Compared[]): string {
  if (!column) return 'false';
  const { sql, value, isNullable } = column;
  if (value === null) return `(${sql} is null and ${expanded(others)})`;
  const isBeyond = `${sql} ${beyond(column)} ${value}${isNullable ? ` or ${sql} is null` : ''}`;
  return `(${isBeyond} or (${sql} = ${value} and ${expanded(others)}))`;
}
