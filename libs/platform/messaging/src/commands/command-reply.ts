import { Overloaded } from '@syntropic/async';
import { DomainError } from '@syntropic/kernel';
import { z } from 'zod';

const has = (reply: unknown, key: string): boolean => typeof reply === 'object' && reply !== null && key in reply;

const REFUSED = z.object({
  code: z.string(),
  refusal: z.enum(['invalid', 'forbidden', 'not_found', 'conflict']),
  message: z.string(),
  field: z.string().optional(),
  details: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});

/** A refusal as it travels. Everything else in a reply is the answer itself. */
export const refused = ({ code, refusal, message, field, details }: DomainError): z.input<typeof REFUSED> => ({
  code,
  refusal,
  message,
  ...(field !== undefined && { field }),
  ...(details !== undefined && { details }),
});

/** The refusal that a reply carries, if it is one. */
export function refusalIn(reply: unknown): DomainError | undefined {
  // A failed parse explains itself at length, and nearly every reply is an answer.
  if (!has(reply, 'refusal')) return undefined;
  const { success, data } = REFUSED.safeParse(reply);
  return success ? new DomainError(data.code, data.message, data.refusal, data) : undefined;
}

const OVERLOADED = z.object({ overloaded: z.object({ retryAfterMs: z.number() }) });

/** The reply to a command that was not begun, because its turn would have come too late. */
export const overloaded = ({ retryAfterMs }: Overloaded): z.input<typeof OVERLOADED> => ({
  overloaded: { retryAfterMs },
});

/** The overload that a reply reports, if it does. */
export function overloadIn(reply: unknown): Overloaded | undefined {
  if (!has(reply, 'overloaded')) return undefined;
  const { success, data } = OVERLOADED.safeParse(reply);
  return success ? new Overloaded(data.overloaded.retryAfterMs) : undefined;
}
