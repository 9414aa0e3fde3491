import { NatsError, type ErrorCode } from 'nats';

/** True for an error of nats.js with this code: codes are an enum, errors carry strings. */
export const hasCode = (error: unknown, code: ErrorCode): boolean =>
  error instanceof NatsError && error.code === (code as string);
