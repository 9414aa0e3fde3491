import type { Pool } from 'pg';

/** The migration this code was written for: the newest of the history in tools/migrations. */
export const SCHEMA = 'standstill-0000000000016';

/** The database's schema is older or newer than this code. */
export class UnknownSchema extends Error {
  override readonly name = 'UnknownSchema';
}

/** Refuses to work on a schema this code does not know. */
export async function assertSchema(pool: Pool): Promise<void> {
  const found = await newestMigration(pool);
  if (found === SCHEMA) return;

  throw new UnknownSchema(`this build knows the schema ${SCHEMA}, the database has ${found ?? 'none'}`);
}

async function newestMigration(pool: Pool): Promise<string | undefined> {
  const { rows } = await pool.query<{ exists: boolean }>(`select to_regclass('ops.migrations') is not null as exists`);
  if (!rows[0]?.exists) return undefined;

  const history = await pool.query<{ name: string }>('select name from ops.migrations order by timestamp desc limit 1');
  return history.rows[0]?.name;
}
