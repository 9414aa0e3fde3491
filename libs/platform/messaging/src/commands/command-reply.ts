import { DomainError } from '@syntropic/kernel';
import { z } from 'zod';

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
  const { success, data } = REFUSED.safeParse(reply);
  return success ? new DomainError(data.code, data.message, data.refusal, data) : undefined;
}
