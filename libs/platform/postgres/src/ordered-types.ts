/** The types of columns that lists are ordered by, as Postgres names them. */
export type OrderedType =
  'text' | 'boolean' | 'bigint' | 'double precision' | 'numeric' | 'timestamp with time zone' | 'uuid';

/** SQL for a column's value as a text that is exact: `isValueOf` takes it, and a cast makes the same value of it. */
export const textOf = (sql: string, type: OrderedType): string =>
  type === 'timestamp with time zone'
    ? `to_char(${sql} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
    : `${sql}::text`;

/** True for a text that Postgres can cast to this type. */
export const isValueOf = (type: OrderedType, text: string): boolean => VALUES[type](text);

const matching = (pattern: RegExp) => (text: string) => pattern.test(text);

const VALUES: Readonly<Record<OrderedType, (text: string) => boolean>> = {
  text: (text) => !text.includes('\0'),
  boolean: matching(/^(true|false)$/),
  bigint: matching(/^-?\d{1,18}$/),
  'double precision': isDouble,
  numeric: matching(/^-?\d{1,100}(\.\d{1,100})?$/),
  'timestamp with time zone': isInstant,
  uuid: matching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
};

const LEAST_DOUBLE = 1e-300;

/** Postgres refuses numbers that are too large or too small for the type. */
function isDouble(text: string): boolean {
  const size = Math.abs(Number(text));
  const isNumber = /^-?\d+(\.\d+)?(e[+-]?\d{1,3})?$/.test(text) && Number.isFinite(size);
  return isNumber && (size >= LEAST_DOUBLE || /^-?0(\.0+)?$/.test(text));
}

const INSTANT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})\d{3}Z$/;

/** A date that the calendar has, in the years that four digits can name. */
function isInstant(text: string): boolean {
  const milliseconds = `${INSTANT.exec(text)?.[1] ?? ''}Z`;
  const time = Date.parse(milliseconds);
  return !Number.isNaN(time) && new Date(time).toISOString() === milliseconds && !text.startsWith('0000');
}
