import { COMMANDS } from '@syntropic/catalogue/contracts';
import { acceptedBy } from '@syntropic/kernel/testing';
import fc from 'fast-check';
import { z } from 'zod';

const MANY = 10_001;
const LONG = 1024 * 1024 + 1;

/** Texts of more than 1 MiB that patterns of names, numbers and ids may accept. */
const LONG_TEXTS = ['x', '0', 'a/', ' '].map((part) => part.repeat(LONG));
const accepts = (schema: z.core.$ZodType, value: unknown): boolean => z.safeParse(schema, value).success;

/** The places of a schema where a value of any size is accepted. Lists and records are tried with many items. */
function unbounded(schema: z.core.$ZodType, path: string): readonly string[] {
  if (schema instanceof z.ZodObject) {
    return Object.entries<z.core.$ZodType>(schema.shape).flatMap(([name, field]) =>
      unbounded(field, `${path}.${name}`),
    );
  }
  const options = optionsOf(schema);
  if (options) return options.flatMap((option) => unbounded(option, path));
  if (schema instanceof z.ZodArray) {
    const items = Array<unknown>(MANY).fill(itemOf(schema.element));
    return [...(accepts(schema, items) ? [`${path}[]`] : []), ...unbounded(schema.element, `${path}[]`)];
  }
  if (schema instanceof z.ZodRecord) return unboundedRecord(schema, path);
  if (schema instanceof z.ZodString || schema instanceof z.ZodStringFormat) {
    return LONG_TEXTS.some((text) => accepts(schema, text)) ? [path] : [];
  }
  const isScalar = [z.ZodNumber, z.ZodBoolean, z.ZodEnum, z.ZodLiteral].some((kind) => schema instanceof kind);
  return isScalar ? [] : [`${path}: ${schema._zod.def.type}`];
}

/** The schemas that a schema is one of, or wraps. */
function optionsOf(schema: z.core.$ZodType): readonly z.core.$ZodType[] | undefined {
  if (schema instanceof z.ZodUnion) return schema.options;
  if (schema instanceof z.ZodPipe) return [schema.out];
  const isWrapped = [z.ZodOptional, z.ZodNullable, z.ZodDefault].some((kind) => schema instanceof kind);
  return isWrapped ? [(schema as z.ZodOptional).unwrap()] : undefined;
}

function unboundedRecord(schema: z.ZodRecord, path: string): readonly string[] {
  const { keyType, valueType } = schema;
  // A record of any JSON has to bound itself as a whole.
  if (valueType instanceof z.ZodLazy) return LONG_TEXTS.some((text) => accepts(schema, { a: text })) ? [path] : [];
  const value = itemOf(valueType);
  const entries = Array.from({ length: MANY }, (_, index) => [`k${index}`, value]);
  return [
    ...(accepts(schema, Object.fromEntries(entries)) ? [`${path}{}`] : []),
    ...unbounded(keyType, `${path} (key)`),
    ...unbounded(valueType, `${path}{}`),
  ];
}

const itemOf = (schema: z.core.$ZodType): unknown =>
  fc.sample(acceptedBy(schema as z.ZodType), { numRuns: 1, seed: 1 })[0];

describe('the fields of every command', () => {
  it.each(COMMANDS.map(({ context, type, schema }) => [`${context}.${type}`, schema] as const))(
    '%s have a bound',
    (_, schema) => {
      expect(unbounded(schema, '')).toEqual([]);
    },
  );
});
