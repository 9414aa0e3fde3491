import type { Pool, PoolClient } from 'pg';
import type { Versioned } from './fold';
import type { AnyRow, Projection } from './projection';
import { selectionOf } from './table';

/** The rows of these keys; a key without a row is missing. */
export async function loadRows(
  db: Pool | PoolClient,
  projection: Projection,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Versioned>> {
  if (keys.length === 0) return new Map();

  const { rows } = await db.query<{ key: string; position: number; row: AnyRow }>(
    `select t.${projection.key} as key, t.position, to_json(r) as row
     from ${projection.table} t, lateral (select ${selectionOf(projection)}) r where t.${projection.key} = any($1)`,
    [keys],
  );
  return new Map(rows.map(({ key, ...versioned }) => [key, versioned]));
}

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
