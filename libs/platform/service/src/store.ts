import { assertSchema, createPool } from '@syntropic/postgres';
import type { Pool } from 'pg';

/**
 * A server that is gone without a word, or frozen, is found out by this alone: TCP would wait for a quarter of an hour. Far more than any batch
 * takes, for one that is sent again begins anew; what must take longer, or may not take so long, says so with its statement.
 */
const QUERY_MS = 15_000;

/** The store as a service uses it. It refuses a database whose schema it does not know. */
export async function connectStore(url: string, name: string, queryMs = QUERY_MS): Promise<Pool> {
  const pool = createPool(url, { application_name: name, query_timeout: queryMs });
  await assertSchema(pool);
  return pool;
}
