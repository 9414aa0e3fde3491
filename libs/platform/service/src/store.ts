import { assertSchema, createPool } from '@syntropic/postgres';
import type { Pool } from 'pg';

/**
 * Detects a server that is frozen or cut off without a reset; TCP alone would wait for a quarter of an hour. The limit is far more than any batch takes,
 * because a repeated batch starts from the beginning. Statements with other needs carry a timeout of their own.
 */
const QUERY_MS = 15_000;

/** A service's pool of connections. @throws UnknownSchema when this code does not know the database's schema. */
export async function connectStore(url: string, name: string, queryMs = QUERY_MS): Promise<Pool> {
  const pool = createPool(url, { application_name: name, query_timeout: queryMs });
  await assertSchema(pool);
  return pool;
}
