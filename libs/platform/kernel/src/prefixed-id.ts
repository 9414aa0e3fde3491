import { z } from 'zod';

const FORMS = z.registry<Readonly<{ prefix: string; digits: number }>>();

/** An id that names its kind: `exec-0123456789ab`. */
export const prefixedId = (prefix: string, digits: number) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}-[0-9a-f]{${digits}}$`), `"${prefix}-" and ${digits} hexadecimal digits`)
    .register(FORMS, { prefix, digits });

/** Prefix and number of digits of such ids. @throws Error for a schema of other ids */
export function formOf(id: z.core.$ZodType): Readonly<{ prefix: string; digits: number }> {
  const form = id instanceof z.ZodString ? FORMS.get(id) : undefined;
  if (!form) throw new Error('ids of this schema have no prefix');
  return form;
}
