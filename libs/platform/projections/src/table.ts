import type { Pool } from 'pg';
import type { Column } from './column';
import type { Projection } from './projection';

/** What creates a projection's table: the whole migration of its version. The worker writes it, the gateway reads it. */
export function ddlOf(projection: Projection): string {
  const { table, key, columns, indexes } = projection;
  const names = [...columns.map(definitionOf), 'position bigint not null', `primary key (${key})`];

  return [
    `create table ${table} (\n  ${names.join(',\n  ')}\n)`,
    ...indexes.map((index) => `create index on ${table} (${index.join(', ')})`),
    `grant select, insert, update, delete on ${table} to syn_projection_worker`,
    `grant select on ${table} to syn_gateway`,
  ].join(';\n');
}

/** Text compares by its bytes, whatever the server's language: order and prefixes are the same everywhere. */
const definitionOf = ({ name, type, nullable }: Column) =>
  `${name} ${type}${type === 'text' ? ' collate "C"' : ''}${nullable ? '' : ' not null'}`;

/** The columns as a row object has them: instants as ISO 8601 with milliseconds and Z, exact numbers as strings. */
export const selectionOf = ({ columns }: Projection): string => columns.map(selected).join(', ');

function selected({ name, type }: Column): string {
  if (type === 'timestamp with time zone') {
    return `to_char(t.${name} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ${name}`;
  }
  return type === 'numeric' ? `t.${name}::text as ${name}` : `t.${name}`;
}

/** What is wrong with the table as it is: a shape that changed without a new version would store wrong rows. */
export async function tableFault(pool: Pool, projection: Projection): Promise<string | undefined> {
  const { rows } = await pool.query<Column>(
    `select attname as name, format_type(atttypid, null) as type, not attnotnull as nullable
     from pg_attribute where attrelid = to_regclass($1) and attnum > 0 and not attisdropped`,
    [projection.table],
  );
  const actual = rows.map(described);
  const wanted = [...projection.columns.map(described), 'position bigint not null'];

  const faults = [
    ...wanted.filter((column) => !actual.includes(column)).map((column) => `no ${column}`),
    ...actual.filter((column) => !wanted.includes(column)).map((column) => `an unexpected ${column}`),
  ];
  return faults.length > 0 ? `${projection.table} has ${faults.join(', ')}` : undefined;
}

const described = ({ name, type, nullable }: Column) => `${name} ${type}${nullable ? '' : ' not null'}`;
