import { PostgresEventLog } from '@syntropic/event-store';
import type { Pool, PoolClient } from 'pg';
import { fold, type Versioned } from '../fold';
import type { Projection } from '../projection';
import { parameters, writing } from '../rows';

const PAGE = 1_000;

/** Folds the log up to the projection's checkpoint into a new table, and expects the live table to be identical. */
export async function expectRebuildEquals(projection: Projection, pool: Pool): Promise<void> {
  const rows = await rebuilt(projection, pool);
  const db = await pool.connect();
  try {
    await db.query(`create temp table rebuilt (like ${projection.table} including indexes)`);
    await store({ ...projection, table: 'pg_temp.rebuilt' }, rows, db);

    const fresh = await texts(db, 'pg_temp.rebuilt', projection.key);
    expect(await texts(db, projection.table, projection.key)).toEqual(fresh);
  } finally {
    await db.query('drop table if exists pg_temp.rebuilt');
    db.release();
  }
}

async function rebuilt(projection: Projection, pool: Pool): Promise<ReadonlyMap<string, Versioned>> {
  const log = new PostgresEventLog(pool);
  const end = await checkpointOf(projection, pool);
  const rows = new Map<string, Versioned>();

  for (let position = 0; position < end;) {
    const { events } = await log.read(position, Math.min(PAGE, end - position));
    if (events.length === 0) throw new Error(`the log ends before ${end}, the checkpoint of ${projection.name}`);
    for (const [key, row] of fold(projection, rows, events)) rows.set(key, row);
    position += events.length;
  }
  return rows;
}

async function checkpointOf({ name, version }: Projection, pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ position: number }>(
    'select position from read.checkpoints where projection = $1 and version = $2',
    [name, version],
  );
  return rows[0]?.position ?? 0;
}

async function store(projection: Projection, rows: ReadonlyMap<string, Versioned>, db: PoolClient): Promise<void> {
  const existing = new Map([...rows].filter(([, { row }]) => row));
  const sql = parameters();
  for (const statement of writing(projection, existing, 'true', sql)) await db.query(statement, sql.values);
}

async function texts(db: PoolClient, table: string, key: string): Promise<readonly string[]> {
  const { rows } = await db.query<{ row: string }>(`select t::text as row from ${table} t order by t.${key}`);
  return rows.map(({ row }) => row);
}
