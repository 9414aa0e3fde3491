import { types, type Pool, type PoolConfig } from 'pg';
import { NamedPool } from './named-pool';

/** Positions and counters are JS numbers everywhere: 2^53 of them is more than any log will hold. */
types.setTypeParser(types.builtins.INT8, Number);

/** At most this many connections a service. */
const CONNECTIONS = 10;

/** Gives up on a server that accepts connections but does not answer; the caller decides whether to retry. */
const CONNECT_MS = 5_000;

/** A new connection costs the store as much as a hundred statements: it logs in, and plans all that it is asked anew. */
const IDLE_MS = 60_000;

/** A service's connections. The next query replaces a connection that broke while idle, and reports what is wrong. */
export function createPool(
  connectionString: string,
  options: Pick<PoolConfig, 'max' | 'application_name' | 'query_timeout'> = {},
): Pool {
  const pool = new NamedPool({
    connectionString,
    max: CONNECTIONS,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: IDLE_MS,
    ...options,
  });
  pool.on('error', () => undefined);
  return pool;
}
