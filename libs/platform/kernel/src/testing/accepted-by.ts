import fc from 'fast-check';
import { z } from 'zod';

/** How far values of unbounded schemas go. */
type Size = Readonly<{ items: number; characters: number }>;

const SMALL: Size = { items: 3, characters: 40 };

/** Values that a schema accepts, extremes included: bounds of numbers, empty and longest texts, all planes of Unicode but NUL. */
export const acceptedBy = <Schema extends z.ZodType>(
  schema: Schema,
  size: Size = SMALL,
): fc.Arbitrary<z.output<Schema>> => valuesOf(schema, size) as fc.Arbitrary<z.output<Schema>>;

/** Filtered at each level: a list that its own check refuses is drawn again alone. */
const valuesOf = (schema: z.core.$ZodType, size: Size): fc.Arbitrary<unknown> =>
  shapesOf(schema, size).filter((value) => z.safeParse(schema, value).success);

function shapesOf(schema: z.core.$ZodType, size: Size): fc.Arbitrary<unknown> {
  const inner = (one: z.core.$ZodType) => valuesOf(one, size);
  if (schema instanceof z.ZodObject) return object(schema, size);
  if (schema instanceof z.ZodArray) return fc.array(inner(schema.element), lengths(schema, size.items));
  if (schema instanceof z.ZodRecord) {
    return fc.dictionary(
      texts(schema.keyType as z.ZodString, size),
      inner(schema.valueType),
      lengths(schema, size.items),
    );
  }
  if (schema instanceof z.ZodUnion) return fc.oneof(...schema.options.map(inner));
  if (schema instanceof z.ZodOptional) return fc.option(inner(schema.unwrap()), { nil: undefined });
  if (schema instanceof z.ZodNullable) return fc.option(inner(schema.unwrap()));
  if (schema instanceof z.ZodDefault) return inner(schema.unwrap());
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...schema.values);
  return scalars(schema, size);
}

function scalars(schema: z.core.$ZodType, size: Size): fc.Arbitrary<unknown> {
  // Only `z.json()` is lazy in a contract.
  if (schema instanceof z.ZodLazy) return fc.jsonValue({ maxDepth: 2 });
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodNumber) return numbers(schema);
  if (schema instanceof z.ZodString || schema instanceof z.ZodStringFormat) return texts(schema, size);
  throw new Error(`no values are known for the schema ${schema._zod.def.type}`);
}

function object({ shape }: z.ZodObject, size: Size): fc.Arbitrary<object> {
  const fields = Object.entries<z.core.$ZodType>(shape).map(([name, field]) => [name, valuesOf(field, size)] as const);
  return fc.record(Object.fromEntries(fields)).map(withoutAbsent);
}

const withoutAbsent = (value: object): object =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));

function numbers({ minValue, maxValue, format }: z.ZodNumber): fc.Arbitrary<number> {
  const isInt = format === 'safeint';
  const [min, max] = [finite(minValue, -1e9), finite(maxValue, isInt ? Number.MAX_SAFE_INTEGER : 1e9)];
  const within = isInt ? fc.integer({ min, max }) : fc.double({ min, max, noNaN: true });
  return fc.oneof({ weight: 2, arbitrary: within }, fc.constantFrom(min, max));
}

const finite = (bound: number | null, otherwise: number): number =>
  bound === null || !Number.isFinite(bound) ? otherwise : bound;

function texts(schema: z.ZodString | z.ZodStringFormat, { characters }: Size): fc.Arbitrary<string> {
  const [pattern] = rulesOf(schema).flatMap((rule) => rule.pattern ?? []);
  if (pattern) return fc.constantFrom(...PATTERNED.filter((text) => pattern.test(text)));
  const { minLength, maxLength } = lengths(schema, characters);
  const any = fc.string({ minLength, maxLength, unit: 'binary' }).map((text) => text.replaceAll('\0', '0'));
  const longest = fc.constantFrom('x', '"', '\u0001', 'é').map((character) => character.repeat(maxLength));
  return fc.oneof({ weight: 4, arbitrary: any }, longest);
}

/** Texts for schemas with a pattern: ids, names, hashes and amounts, short and long ones. */
const PATTERNED = [
  '=a',
  'a',
  `A.b_c-${'9'.repeat(93)}`,
  '00000000-0000-4000-8000-000000000000',
  'ffffffff-ffff-4fff-bfff-ffffffffffff',
  'exec-0123456789ab',
  'key-0123456789ab',
  'org-01234567',
  'sys-01234567',
  'repo-01234567',
  'tr-01234567',
  '4711',
  'pull_request.head.ref',
  'check_run.completed',
  'acme/api',
  'text/markdown; charset=utf-8',
  '2026-11-26T09:00:00.000Z',
  '0001-01-01T00:00:00Z',
  'NPM_TOKEN',
  `T${'_9'.repeat(49)}N`,
  `${'g'.repeat(200)}/${'n'.repeat(54)}`,
  'f'.repeat(64),
  '0',
  '0.000000001',
  `${'9'.repeat(40)}.999999999`,
];

function lengths(schema: z.core.$ZodType, otherwise: number) {
  const rules = rulesOf(schema);
  const minimum = Math.max(0, ...rules.map((rule) => rule.minimum ?? 0));
  const maximum = Math.max(minimum, Math.min(otherwise, ...rules.map((rule) => rule.maximum ?? otherwise)));
  return { minLength: minimum, maxLength: maximum, minKeys: minimum, maxKeys: maximum };
}

type Rule = Readonly<{ pattern?: RegExp; minimum?: number; maximum?: number }>;

/** The rules of a schema's checks, and of a format that is a schema itself. */
function rulesOf({ _zod: { def } }: z.core.$ZodType): readonly Rule[] {
  const checks = def.checks ?? [];
  // The definitions of checks have no common type that names their bounds.
  return [def as Rule, ...checks.map((check) => check._zod.def as Rule)];
}
