import { ListOrder } from '@syntropic/postgres';
import type { Column } from './column';
import type { AnyRow, Projection } from './projection';

/** The order of a list: by these columns, and by key among equal rows. */
export type OrderBy = readonly (readonly [column: string, direction: 'asc' | 'desc'])[];

export type Order = Readonly<{ columns: readonly string[]; of: ListOrder }>;

/** Equal rows are in the direction of the last column, as in an index of the columns and the key. */
export function orderOf<Row extends AnyRow>(projection: Projection<Row>, orderBy: OrderBy): Order {
  const last = [projection.key, orderBy.at(-1)?.[1] ?? 'asc'] as const;
  const isUnique = orderBy.some(([name]) => name === projection.key);
  const columns = [...orderBy, ...(isUnique ? [] : [last])].map(([name, direction]) => {
    const { type, nullable } = columnOf(projection, name);
    if (type === 'jsonb') throw new Error(`${projection.name} cannot be ordered by ${name}`);
    return { name, sql: `t.${name}`, type, direction, isNullable: nullable };
  });
  return { columns: columns.map(({ name }) => name), of: new ListOrder(columns) };
}

/** @throws for a name that is not a column: column names are not parameters of the statement. */
export const knownColumn = (projection: Pick<Projection, 'name' | 'columns'>, column: string): string =>
  columnOf(projection, column).name;

function columnOf({ name, columns }: Pick<Projection, 'name' | 'columns'>, column: string): Column {
  const found = columns.find((one) => one.name === column);
  if (found) return found;
  throw new Error(`${name} has no column ${column}`);
}
