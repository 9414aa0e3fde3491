import { DatabaseError, Pool, type QueryConfig, type QueryResult } from 'pg';
import { StatementNames } from './statement-names';

/** SQLSTATEs of a named statement that the server refuses before it carries anything out. */
const STALE: ReadonlySet<string | undefined> = new Set([
  '0A000', // feature not supported: a migration has changed the columns of the result
  '26000', // invalid statement name: the server has forgotten the statement
]);

type PoolQuery = (statement: unknown, values?: unknown, callback?: unknown) => Promise<QueryResult>;

/**
 * Names the statements with parameters that are sent through the pool. A connection that a caller has taken out sends them as they are:
 * within a transaction a stale statement could not be repeated.
 */
export class NamedPool extends Pool {
  readonly #names = new StatementNames();
  readonly #query = super.query.bind(this) as PoolQuery;

  // One signature cannot implement the overloads of `query`; what has no name is passed on as it came.
  override readonly query = ((statement: unknown, values?: unknown, callback?: unknown) => {
    const config = callback === undefined ? configOf(statement, values) : undefined;
    return config ? this.#queryNamed(config) : this.#query(statement, values, callback);
  }) as Pool['query'];

  async #queryNamed(config: QueryConfig): Promise<QueryResult> {
    const name = config.name ?? this.#names.use(config.text);
    if (name === undefined) return this.#query(config);
    try {
      return await this.#query({ ...config, name });
    } catch (error) {
      // The pool has closed the connection of the stale statement, so its name can be used again.
      if (error instanceof DatabaseError && STALE.has(error.code)) return this.#query({ ...config, name: undefined });
      throw error;
    }
  }
}

/** Undefined for texts without parameters, which may hold several statements, and for cursors. */
function configOf(statement: unknown, values: unknown): QueryConfig | undefined {
  const config = typeof statement === 'string' ? { text: statement, values } : statement;
  return isNameable(config) ? config : undefined;
}

const isNameable = (config: unknown): config is QueryConfig =>
  typeof config === 'object' &&
  config !== null &&
  'text' in config &&
  typeof config.text === 'string' &&
  'values' in config &&
  Array.isArray(config.values) &&
  !('submit' in config);
