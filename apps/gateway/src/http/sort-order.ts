import { z } from 'zod';

type Order<Column extends string> = Column | `-${Column}`;

/** A query's order by one of these columns. */
export const orderBy = <const Column extends string>(columns: readonly Column[]) =>
  z
    .enum(columns.flatMap((column): Order<Column>[] => [column, `-${column}`]))
    .meta({ description: 'A leading "-" reverses the order.' })
    .optional();

export const orderOf = <Column extends string>(order: Order<Column>): readonly [Column, 'asc' | 'desc'] =>
  // The schema allows only columns after the sign.
  order.startsWith('-') ? [order.slice(1) as Column, 'desc'] : [order as Column, 'asc'];
