import { BudgetKind, budgetNumbers, OnExceeded } from '@syntropic/orchestration/contracts';
import { z } from 'zod';

const decimal = z.string().meta({ description: 'Dollars, tokens or seconds, as a decimal number.' });

/** A limit of a budget with its present amounts; `null` where they are not kept any more, a week after the end. */
export const BudgetLimitView = z
  .object({
    kind: BudgetKind,
    limit: decimal,
    on_exceeded: OnExceeded,
    spent: decimal.nullable(),
    reserved: decimal.nullable(),
    exceeded: z
      .object({
        cause: z.enum(['spent', 'reserved', 'unpriced']),
        spent: decimal,
        reserved: decimal,
        needed: decimal.nullable(),
        model: z.string().nullable(),
      })
      .nullable()
      .meta({ description: 'Why it holds the execution up; null while it does not.' }),
  })
  .meta({ id: 'BudgetLimit' });
export type BudgetLimitView = z.infer<typeof BudgetLimitView>;

const limit = <Limit extends z.ZodType>(schema: Limit) =>
  schema.nullable().optional().meta({ description: 'Absent: stays as it is. Null: removed.' });

export const BudgetRequest = z
  .strictObject({
    usd: limit(budgetNumbers.usd),
    tokens: limit(budgetNumbers.tokens),
    wall_seconds: limit(budgetNumbers.wall_seconds),
    on_exceeded: OnExceeded.optional().meta({
      description: 'For the limits named here; absent: as before, else `pause`.',
    }),
  })
  .refine(({ usd, tokens, wall_seconds }) => [usd, tokens, wall_seconds].some((one) => one !== undefined), {
    error: 'usd, tokens or wall_seconds is needed',
    path: ['usd'],
  })
  .meta({ id: 'BudgetRequest' });
