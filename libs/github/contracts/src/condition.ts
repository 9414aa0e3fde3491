import { ShortName } from '@syntropic/kernel';
import { z } from 'zod';

/** An event of GitHub as webhooks name it, with its action or for all of its actions: `check_run.completed`, `push`. */
export const GithubEvent = z
  .string()
  .max(100)
  .regex(/^[a-z][a-z_]*(?:\.[a-z][a-z_]*)?$/, 'type or type.action: lower case letters and "_"');

/** A place in a webhook's payload: names separated by dots, and `[n]` for an item of a list. */
const PayloadPath = z
  .string()
  .max(255)
  .regex(
    /^[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*|\[\d{1,3}\])*$/,
    'names separated by ".", and [n] for an item of a list',
  );

/** Operators that look at the field alone. */
export const UNARY_OPERATORS = ['not_empty', 'is_empty'] as const;
const Operator = z.enum(['eq', 'neq', 'in', 'not_in', 'contains', ...UNARY_OPERATORS]);

const Scalar = z.union([z.string().max(255), z.number(), z.boolean()]);

/** One value, or a list of them: `in` and `not_in` also take a text with commas. */
export const ConditionValue = z.union([Scalar, z.array(Scalar).min(1).max(20)]);

const conditionFields = { field: PayloadPath, operator: Operator, value: ConditionValue.optional() };

type Given = Readonly<{
  operator: z.infer<typeof Operator>;
  value?: z.infer<typeof ConditionValue> | null | undefined;
}>;

/** Demands a value where the operator compares with one, and a list only where it takes one. */
export function checkOperand({ operator, value }: Given, check: z.RefinementCtx): void {
  const isUnary = UNARY_OPERATORS.some((unary) => unary === operator);
  const fault = (message: string) => {
    check.addIssue({ code: 'custom', path: ['value'], message });
  };
  if (!isUnary && (value === undefined || value === null)) fault(`${operator} needs a value`);
  if (Array.isArray(value) && operator !== 'in' && operator !== 'not_in') fault(`${operator} takes one value`);
}

/** A test of one field of the payload. Values are compared as text, so that `7` equals `"7"` and `true` equals `"true"`. */
export const Condition = z.object(conditionFields).superRefine(checkOperand);
export type Condition = z.infer<typeof Condition>;

const MOST_INPUTS = 50;
const InputName = ShortName.max(100).regex(/^[A-Za-z0-9][\w.-]*$/, 'letters, digits, "_", "." and "-"');

/** The place in the payload of each input of the execution. */
export const InputMapping = z
  .record(InputName, PayloadPath)
  .refine((mapping) => Object.keys(mapping).length <= MOST_INPUTS, `at most ${MOST_INPUTS} inputs`);
export type InputMapping = z.infer<typeof InputMapping>;
