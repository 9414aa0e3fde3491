import { instant } from '@syntropic/postgres';
import type { Pool } from 'pg';
import type { Column } from './column';
import { countedLists } from './counted-times';
import type { Projection } from './projection';

/** The statements that a projection's version needs: its table, the rights of worker and gateway, a checkpoint before the first event. */
export function ddlOf(projection: Projection): string {
  const { name, version, table, key, columns, indexes } = projection;
  const counted = countedLists(projection);
  const parts = [...columns.map(definitionOf), 'position bigint not null', `primary key (${key})`];

  return [
    `create table ${table} (\n  ${parts.join(',\n  ')}\n)`,
    ...indexes.map((index) => `create index on ${table} (${index.join(', ')})`),
    ...(counted.length > 0 ? countingOf(table, counted) : []),
    `grant select, insert, update, delete on ${table} to syn_projection_worker`,
    `grant select on ${table} to syn_gateway`,
    `insert into read.checkpoints (projection, version, store_epoch)\nselect '${name}', ${version}, store_epoch from log.log_head`,
  ].join(';\n');
}

/** The statements that keep the counts of a table's rows: by these columns, whatever writes them. */
function countingOf(table: string, counted: readonly string[]): readonly string[] {
  const by = counted.map((columns) => `'${columns}'`).join(', ');
  const on = (event: string, states: string) =>
    `create trigger count_${event} after ${event} on ${table} ${states} for each statement execute function read.count_rows(${by})`;
  return [
    on('insert', 'referencing new table as added'),
    on('update', 'referencing old table as removed new table as added'),
    on('delete', 'referencing old table as removed'),
    on('truncate', ''),
    `select read.plan_counts('${table}')`,
  ];
}

/** Text is compared by its bytes, so that order and prefixes do not depend on the server's locale. */
const definitionOf = ({ name, type, nullable }: Column) =>
  `${name} ${type}${type === 'text' ? ' collate "C"' : ''}${nullable ? '' : ' not null'}`;

/** Columns are selected as row objects hold them: instants as ISO 8601 with milliseconds and Z, exact numbers as strings. */
export const selectionOf = ({ columns }: Projection): string => columns.map(selected).join(', ');

type ListedColumns = Pick<Projection, 'columns' | 'listed' | 'key'>;

/** The columns of a list's row: of the JSON column only the listed part. */
export const listedSelectionOf = ({ columns, listed }: Pick<ListedColumns, 'columns' | 'listed'>): string =>
  columns
    .map((column) => (column.name === listed?.column ? `${listed.sql} as ${column.name}` : selected(column)))
    .join(', ');

/** No id or state is longer: they stay whole in every row. */
const WHOLE_CHARACTERS = 128;
/** The most bytes of a character in JSON. */
const CHARACTER_BYTES = 6;

/** The columns of a list's row that is larger than so many bytes: long texts are cut, and marked with an ellipsis. */
export function cutSelectionOf({ columns, listed, key }: ListedColumns, bytes: number): string {
  const texts = columns.filter(({ name, type }) => type === 'text' && name !== key);
  const characters = Math.max(WHOLE_CHARACTERS, Math.floor(bytes / CHARACTER_BYTES / (texts.length + 1)));
  const cut = columns.map((column) => {
    const { name } = column;
    if (name === listed?.column) return `${listed.cut ?? listed.sql} as ${name}`;
    if (!texts.includes(column)) return selected(column);
    return `case when length(t.${name}) > ${characters} then left(t.${name}, ${characters}) || '…' else t.${name} end as ${name}`;
  });
  return [...cut, 'true as is_cut'].join(', ');
}

function selected({ name, type }: Column): string {
  if (type === 'timestamp with time zone') {
    return `${instant(`t.${name}`)} as ${name}`;
  }
  return type === 'numeric' ? `t.${name}::text as ${name}` : `t.${name}`;
}

/** Names the columns in which table and definition differ: a shape that changed without a new version would store wrong rows. */
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
