import { NatsError, type ErrorCode } from 'nats';

/** Whether this is what nats.js calls so: its codes are an enum, its errors carry strings. */
export const hasCode = (error: unknown, code: ErrorCode): boolean =>
  error instanceof NatsError && error.code === (code as string);
