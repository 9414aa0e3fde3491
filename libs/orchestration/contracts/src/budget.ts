import { Usd, usdOf, type Immutable } from '@syntropic/kernel';
import { z } from 'zod';

/** The limited amounts: US dollars, tokens of all kinds together, and seconds in which agents run. */
export const BudgetKind = z.enum(['usd', 'tokens', 'wall_seconds']);
export type BudgetKind = z.infer<typeof BudgetKind>;

/** `pause`: at the next yield point, until it is raised and resumed. `cancel`: at once, for good. */
export const OnExceeded = z.enum(['pause', 'cancel']);
export type OnExceeded = z.infer<typeof OnExceeded>;

/** Dollars, tokens or seconds, as a decimal number in text. */
export const Amount = Usd.max(40);
export type Amount = z.infer<typeof Amount>;

const BudgetLimit = z.object({ kind: BudgetKind, limit: Amount, onExceeded: OnExceeded });

/** The limits of an execution: at most one of each kind. */
export const Budget = z.array(BudgetLimit).max(BudgetKind.options.length);
export type Budget = Immutable<z.infer<typeof Budget>>;

/** The limits as authors and clients give them. */
export const budgetNumbers = {
  usd: z.number().min(0.000_001).max(1_000_000),
  tokens: z.number().int().min(1).max(1_000_000_000_000),
  wall_seconds: z.number().int().min(1).max(31_536_000),
};

const orWithAction = <Limit extends z.ZodType>(limit: Limit, range: string) =>
  z
    .union([limit, z.strictObject({ limit, on_exceeded: OnExceeded.optional() })], {
      error: `is ${range}, or {limit, on_exceeded: pause | cancel} with such a limit`,
    })
    .optional();

/** A budget as authors write it: `{usd: 5, tokens: {limit: 200000, on_exceeded: cancel}, on_exceeded: pause}`. */
export const BudgetDocument = z
  .strictObject({
    usd: orWithAction(budgetNumbers.usd, 'a number from 0.000001 to 1000000'),
    tokens: orWithAction(budgetNumbers.tokens, 'a whole number from 1 to 1000000000000'),
    wall_seconds: orWithAction(budgetNumbers.wall_seconds, 'a whole number from 1 to 31536000'),
    /** For the limits that say nothing else. */
    on_exceeded: OnExceeded.default('pause'),
  })
  .refine(({ usd, tokens, wall_seconds }) => [usd, tokens, wall_seconds].some((limit) => limit !== undefined), {
    error: 'names no limit: usd, tokens or wall_seconds is needed',
  });
export type BudgetDocument = z.infer<typeof BudgetDocument>;

export const budgetOf = (document: BudgetDocument): z.infer<typeof Budget> =>
  BudgetKind.options.flatMap((kind) => {
    const given = document[kind];
    if (given === undefined) return [];
    const { limit, on_exceeded = document.on_exceeded } = typeof given === 'number' ? { limit: given } : given;
    return [{ kind, limit: amountOf(limit), onExceeded: on_exceeded }];
  });

/** Whole numbers stay exact; dollars are rounded to nano-dollars. */
export const amountOf = (number: number): Amount => (Number.isInteger(number) ? String(number) : usdOf(number));
