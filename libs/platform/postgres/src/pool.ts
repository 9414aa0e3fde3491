import { Pool, types, type PoolConfig } from 'pg';

/** Positions and counters are JS numbers everywhere: 2^53 of them is more than any log will hold. */
types.setTypeParser(types.builtins.INT8, Number);

/** At most this many connections a service. */
const CONNECTIONS = 10;

/** A server that accepts but does not answer is as good as none; whoever asked decides whether to ask again. */
const CONNECT_MS = 5_000;

/** A service's connections. A connection that breaks while idle is replaced by the next query, which then says what is wrong. */
export function createPool(
  connectionString: string,
  options: Pick<PoolConfig, 'max' | 'application_name' | 'query_timeout'> = {},
): Pool {
  const pool = new Pool({
    connectionString,
    max: CONNECTIONS,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_MS,
    ...options,
  });
  pool.on('error', () => undefined);
  return pool;
}
