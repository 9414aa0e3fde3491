import { DatabaseError } from 'pg';

/** SQLSTATE classes that concern the server, not the statement: connection, resources, operator intervention. */
const SERVER_STATES = ['08', '53', '57'];
const SOCKET_CODES = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'];
/** Messages of driver errors that have no code. */
const DRIVER_WORDS =
  /^(Connection terminated|timeout e.*when trying to connect|Query read timeout|.*has encountered a connection error)/;

/** True for an unreachable Postgres, false for a refused statement. */
export function isStoreAway(error: unknown): boolean {
  if (error instanceof DatabaseError) return SERVER_STATES.some((state) => error.code?.startsWith(state));
  if (error instanceof AggregateError) return error.errors.some(isStoreAway);
  if (!isErrorLike(error)) return false;

  return SOCKET_CODES.includes(error.code ?? '') || DRIVER_WORDS.test(error.message) || isStoreAway(error.cause);
}

const isErrorLike = (error: unknown): error is { message: string; code?: string; cause?: unknown } =>
  typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string';
