import { z } from 'zod';

/** Schemas for values of a query string, which arrive as text. */
export const pageNumber = z.coerce.number().int().min(1).default(1);

export const sizeUpTo = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual);

export const flag = (usual: boolean) =>
  z
    .stringbool({ truthy: ['true', '1', 'yes', 'on'], falsy: ['false', '0', 'no', 'off'] })
    .default(usual)
    .meta({ type: 'boolean' });

/** UTC where the text has no offset. The years are those that the store can compare. */
export const instant = z.iso
  .datetime({ offset: true, local: true })
  .transform((text) => new Date(HAS_OFFSET.test(text) ? text : `${text}Z`))
  .refine((date) => date.getUTCFullYear() >= 1 && date.getUTCFullYear() <= 9_999, 'is not within the years 1 to 9999')
  .transform((date) => date.toISOString())
  .optional();

const HAS_OFFSET = /(Z|[+-]\d\d:?\d\d)$/i;
