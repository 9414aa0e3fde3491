import type { Pool, PoolClient } from 'pg';
import type { Versioned } from './fold';
import type { AnyRow, Projection } from './projection';
import { selectionOf } from './table';

/** Rows of the first keys, in the order of the keys; a key without a row is missing. */
export type LoadedRows = Readonly<{
  rows: ReadonlyMap<string, Versioned>;
  /** The number of keys, from the first on, whose rows are known. */
  covered: number;
  bytes: number;
}>;

/** Loads the rows of these keys until they have so many bytes: one row at least. */
export async function loadRows(
  db: Pool | PoolClient,
  projection: Projection,
  keys: readonly string[],
  bytes = Number.MAX_SAFE_INTEGER,
): Promise<LoadedRows> {
  if (keys.length === 0) return { rows: new Map(), covered: 0, bytes: 0 };

  const { rows } = await db.query<LoadedRow>(
    `select key, ordinal, position, json as row, found, before + size as bytes
     from (
       select key, ordinal, position, json, size, count(*) over () as found,
              coalesce(sum(size) over (order by ordinal rows between unbounded preceding and 1 preceding), 0)::bigint as before
       from (
         select k.key, k.ordinal, t.position, r.json, octet_length(r.json::text) as size
         from unnest($1::text[]) with ordinality as k (key, ordinal)
         join ${projection.table} t on t.${projection.key} = k.key,
         lateral (select to_json(s) as json from (select ${selectionOf(projection)}) s) r
       ) sized
     ) added where before < $2 order by ordinal`,
    [keys, bytes],
  );
  const last = rows.at(-1);
  const isCut = last && last.found > rows.length;
  return {
    rows: new Map(rows.map(({ key, position, row }) => [key, { position, row }])),
    covered: isCut ? last.ordinal : keys.length,
    bytes: last?.bytes ?? 0,
  };
}

type LoadedRow = Readonly<{
  key: string;
  ordinal: number;
  position: number;
  row: AnyRow;
  found: number;
  bytes: number;
}>;

type Parameters = { values: unknown[]; add: (value: unknown) => string };

export const parameters = (...first: unknown[]): Parameters => {
  const values = [...first];
  return { values, add: (value) => `$${values.push(value)}` };
};

/** The parts of one statement that store changed rows where `condition` holds. */
export function writing(
  projection: Projection,
  changed: ReadonlyMap<string, Versioned>,
  condition: string,
  { add }: Parameters,
): readonly string[] {
  const { table, key } = projection;
  const stored = [...changed.values()].flatMap(({ row, position }) => (row ? [{ ...row, position }] : []));
  const deleted = [...changed].flatMap(([id, { row }]) => (row ? [] : [id]));
  const parts: string[] = [];

  if (stored.length > 0) {
    const names = [...projection.columns.map(({ name }) => name), 'position'];
    const others = names.filter((name) => name !== key);
    parts.push(
      `insert into ${table} (${names.join(', ')})
       select ${names.join(', ')} from jsonb_populate_recordset(null::${table}, ${add(JSON.stringify(stored))}::jsonb)
       where ${condition}
       on conflict (${key}) do update set ${others.map((name) => `${name} = excluded.${name}`).join(', ')}`,
    );
  }
  if (deleted.length > 0) {
    parts.push(`delete from ${table} where ${key} = any(${add(deleted)}::text[]) and ${condition}`);
  }
  return parts;
}
