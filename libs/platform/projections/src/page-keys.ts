import type { OrderValues } from '@syntropic/postgres';
import { askedOf, conditionsOf, filterOf, valuesOf, type Add, type Asked, type Conditions } from './page-conditions';
import type { Order } from './page-order';
import type { Projection } from './projection';

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
