import { DatabaseError } from 'pg';

/** SQLSTATEs, or classes of them, that say nothing about the statement: connection, rollback, resources, operator; a standby; a lock. */
const PASSING = ['08', '40', '53', '57', '25006', '55P03'];

/** Values that Postgres cannot store (NUL in text, half a surrogate pair) or will not parse (nesting beyond its stack). */
const UNSTORABLE = ['22', '54'];

const LONGEST_PAUSE_MS = 1_000;

/** Whether it is open if the statement was carried out, or it may succeed when sent again. */
export const isUndecided = (error: unknown): boolean =>
  !(error instanceof DatabaseError) || PASSING.some((state) => error.code?.startsWith(state));

export const isUnstorable = (error: unknown): error is DatabaseError =>
  error instanceof DatabaseError && UNSTORABLE.some((state) => error.code?.startsWith(state));

/** How long to wait before the next attempt: doubling from 20 ms to a second, spread so that replicas do not march in step. */
export const backOffMs = (failures: number): number =>
  Math.min(LONGEST_PAUSE_MS, 20 * 2 ** failures) * (0.5 + Math.random() / 2);
