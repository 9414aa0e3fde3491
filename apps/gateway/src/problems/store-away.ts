import { DatabaseError } from 'pg';

/** Classes of SQLSTATE that are about the server, not the statement: connection, resources, operator. */
const SERVER_STATES = ['08', '53', '57'];
const SOCKET_CODES = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'];
/** What the driver says without a code. */
const DRIVER_WORDS =
  /^(Connection terminated|timeout e.*when trying to connect|Query read timeout|.*has encountered a connection error)/;

/** Whether Postgres could not be asked, as opposed to having refused what it was asked. */
export function isStoreAway(error: unknown): boolean {
  if (error instanceof DatabaseError) return SERVER_STATES.some((state) => error.code?.startsWith(state));
  if (error instanceof AggregateError) return error.errors.some(isStoreAway);
  if (!isErrorLike(error)) return false;

  return SOCKET_CODES.includes(error.code ?? '') || DRIVER_WORDS.test(error.message) || isStoreAway(error.cause);
}

const isErrorLike = (error: unknown): error is { message: string; code?: string; cause?: unknown } =>
  typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string';
