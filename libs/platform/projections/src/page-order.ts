import type { AnyRow, Projection } from './projection';

/** The order of a list: by these columns, and by key among equal rows. */
export type OrderBy = readonly (readonly [column: string, direction: 'asc' | 'desc'])[];

export type Order = Readonly<{ columns: readonly string[]; forwards: string; backwards: string }>;

/** Equal rows are in the direction of the last column, as in an index of the columns and the key. Only columns with nulls need to say where these come. */
export function orderOf<Row extends AnyRow>(projection: Projection<Row>, orderBy: OrderBy): Order {
  const last = [projection.key, orderBy.at(-1)?.[1] ?? 'asc'] as const;
  const isUnique = orderBy.some(([name]) => name === projection.key);
  const columns = [...orderBy, ...(isUnique ? [] : [last])].map(([name, direction]) => {
    const isNullable = projection.columns.some((column) => column.name === name && column.nullable);
    return {
      name: knownColumn(projection, name),
      isForwards: direction === 'asc',
      nulls: isNullable ? (['nulls last', 'nulls first'] as const) : (['', ''] as const),
    };
  });
  return {
    columns: columns.map(({ name }) => name),
    forwards: columns
      .map(({ name, isForwards, nulls: [end] }) => `t.${name} ${isForwards ? 'asc' : 'desc'} ${end}`)
      .join(', '),
    backwards: columns
      .map(({ name, isForwards, nulls: [, first] }) => `t.${name} ${isForwards ? 'desc' : 'asc'} ${first}`)
      .join(', '),
  };
}

/** @throws for a name that is not a column: column names are not parameters of the statement. */
export function knownColumn({ name, columns }: Pick<Projection, 'name' | 'columns'>, column: string): string {
  if (columns.some((one) => one.name === column)) return column;
  throw new Error(`${name} has no column ${column}`);
}
