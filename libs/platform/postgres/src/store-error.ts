import { DatabaseError } from 'pg';

/**
 * The meaning of an error for the statement that met it:
 * - `unavailable`: the server could not be reached or could not work. It is open whether the statement was carried out; repeat it later.
 * - `conflict`: a concurrent transaction interfered and nothing was carried out; repeat it at once.
 * - `unstorable`: the values cannot be stored in any column; repeating leads to the same.
 * - `constraint`: the values violate a constraint of the schema; repeating leads to the same.
 * - `defect`: the statement does not fit the schema, or a function raised an exception; repeating leads to the same.
 * - `foreign`: not an error of the store.
 */
export type StoreErrorKind = 'unavailable' | 'conflict' | 'unstorable' | 'constraint' | 'defect' | 'foreign';

/** SQLSTATEs and their classes; a code counts before its class, and every other state is a defect. */
const KINDS: Readonly<Record<string, StoreErrorKind>> = {
  '08': 'unavailable', // connection exception
  '22': 'unstorable', // data exception: NUL in text, half a surrogate pair, a number out of range
  '23': 'constraint', // integrity constraint violation
  '25006': 'unavailable', // read-only transaction: a standby before its promotion
  '28': 'unavailable', // invalid authorization: the login is refused, not the statement
  '3D': 'unavailable', // the database does not exist yet, or is being restored
  '40': 'conflict', // transaction rollback: serialization failure, deadlock
  '53': 'unavailable', // insufficient resources: disk, memory, connections
  '54': 'unstorable', // program limit exceeded: nesting beyond the parser's stack, a row too large
  '55P03': 'conflict', // lock not available
  '57': 'unavailable', // operator intervention: shutdown, crash recovery, cancelled query
  '58': 'unavailable', // system error outside Postgres: I/O
};

const SOCKET_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** The driver gives these errors no code. */
const DRIVER_MESSAGE =
  /^(Connection terminated|timeout e.*when trying to connect|Query read timeout|.*has encountered a connection error)/;

/** Classifies an error of a statement, also one that another error names as its cause. */
export function classifyStoreError(error: unknown): StoreErrorKind {
  if (error instanceof DatabaseError) return kindOfState(error.code ?? '');
  if (error instanceof AggregateError) return error.errors.map(classifyStoreError).find(isStoreError) ?? 'foreign';
  if (!isErrorLike(error)) return 'foreign';
  if (SOCKET_CODES.has(error.code ?? '') || DRIVER_MESSAGE.test(error.message)) return 'unavailable';
  return classifyStoreError(error.cause);
}

const kindOfState = (state: string): StoreErrorKind => KINDS[state] ?? KINDS[state.slice(0, 2)] ?? 'defect';

const isStoreError = (kind: StoreErrorKind): boolean => kind !== 'foreign';

const isErrorLike = (error: unknown): error is { message: string; code?: string; cause?: unknown } =>
  typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string';
