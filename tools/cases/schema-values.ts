import fc from 'fast-check';
import { knownId } from './known-ids';

/** The parts of JSON Schema that the API document uses. */
export type Schema = Readonly<{
  $ref?: string;
  type?: string | readonly string[];
  enum?: readonly unknown[];
  const?: unknown;
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
  format?: string;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
}>;

const MAX_DEPTH = 6;

/** Texts that break those who trust them. */
const HOSTILE_TEXTS = [
  ...[
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\ud800',
    '\u202e',
    '🧨',
    '%',
    '%00',
    '..',
    '../../etc/passwd',
    '__proto__',
    'null',
  ],
  ...["'; drop table log.events; --", '{{task}}', '${jndi:ldap://127.0.0.1}', '<script>', '-1', '1e309', 'NaN', '$ne'],
  ...['2026-13-45', '9999-12-31T23:59:59Z', 'a'.repeat(257), 'ä'.repeat(70_000)],
];
const HOSTILE_NUMBERS = [-1, 0, 1e308, -0.5, 2 ** 31, 2 ** 53, 2 ** 63, Number.MIN_VALUE];

export const hostileText = fc.oneof(fc.constantFrom(...HOSTILE_TEXTS), fc.string({ unit: 'binary', maxLength: 40 }));
/** Anything that may stand where a value belongs. */
export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom<unknown>(...HOSTILE_NUMBERS, null, true, [], {}),
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom(
    Array.from({ length: 2_000 }, () => 'x'),
    Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`k${n}`, n])),
  ),
);

const names = fc.constantFrom('a', 'alpha', 'alpha-1', 'beta', 'acme/api', 'plan', 'claude', 'simulated', 'main', '1');

const within = ({ minimum = 0, maximum = 100 }: Schema) => ({
  min: Math.max(minimum, -1e9),
  max: Math.min(maximum, 1e9),
});

/** Patterns of a form that values are not made for, such as look-ahead, have none. */
function text({ format, pattern, minLength = 0, maxLength = 30 }: Schema): fc.Arbitrary<string> {
  if (format === 'date-time') return fc.constant('2026-01-31T09:30:00.000Z');
  if (format === 'uuid') return fc.uuid();
  if (pattern !== undefined && !pattern.includes('(?'))
    return fc.stringMatching(new RegExp(pattern), { size: 'small' });
  const free = fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 30)) });
  return minLength <= 1 ? fc.oneof(names, free) : free;
}

/** The id of something that exists, as an earlier answer has named it. */
export const idNamed = (name: string): fc.Arbitrary<string> => fc.nat(100).map((number) => knownId(name, number));

const SCALARS: Readonly<Record<string, (schema: Schema) => fc.Arbitrary<unknown>>> = {
  string: (schema) => text(schema),
  integer: (schema) => fc.integer(within(schema)),
  number: (schema) => fc.double({ ...within(schema), noNaN: true }),
  boolean: () => fc.boolean(),
  null: () => fc.constant(null),
};

/** Values for JSON Schemas. */
export class SchemaValues {
  constructor(private readonly named: Readonly<Record<string, Schema>>) {}

  /** Of the schema's shape. `name`: of the field; those of ids have ids that exist. */
  valid(schema: Schema, name?: string, depth = 0): fc.Arbitrary<unknown> {
    if (name?.endsWith('_id')) return fc.oneof({ weight: 3, arbitrary: idNamed(name) }, this.#valid(schema, depth));
    return this.#valid(schema, depth);
  }

  #valid(schema: Schema, depth: number): fc.Arbitrary<unknown> {
    const options = this.#options(schema);
    if (depth > MAX_DEPTH) return fc.constant(null);
    if (options) return fc.oneof(...options.map((option) => this.#valid(option, depth + 1)));
    if ('const' in schema) return fc.constant(schema.const);
    if (schema.enum) return fc.constantFrom(...schema.enum);
    const [type = 'object'] = [schema.type ?? 'object'].flat();
    return SCALARS[type]?.(schema) ?? (type === 'array' ? this.#array(schema, depth) : this.#object(schema, depth));
  }

  /** Of the schema's shape, with one part replaced, left out, or added. */
  damaged(schema: Schema): fc.Arbitrary<unknown> {
    return fc.tuple(this.valid(schema), hostile, fc.nat(50), fc.nat(3)).map(([value, other, place, kind]) => {
      if (typeof value !== 'object' || value === null) return other;
      const fields = Object.entries(value);
      const changed = place % Math.max(1, fields.length);
      if (kind === 0) return Object.fromEntries(fields.filter((_, index) => index !== changed));
      if (kind === 1) return { ...value, no_such_field: other };
      return Object.fromEntries(
        fields.map(([name, field], index) => [name, index === changed ? inside(field, other, place) : field]),
      );
    });
  }

  /** The schemas of which a value has one; those of a reference are the one that it names. */
  #options({ $ref, anyOf, oneOf }: Schema): readonly Schema[] | undefined {
    return $ref === undefined ? (anyOf ?? oneOf) : [this.named[$ref.split('/').at(-1) ?? ''] ?? {}];
  }

  #array({ items = {}, minItems = 0 }: Schema, depth: number): fc.Arbitrary<unknown> {
    return fc.array(this.#valid(items, depth + 1), { minLength: Math.min(minItems, 3), maxLength: 3 });
  }

  #object({ properties = {}, required = [], additionalProperties }: Schema, depth: number): fc.Arbitrary<unknown> {
    if (Object.keys(properties).length === 0) {
      const values =
        typeof additionalProperties === 'object'
          ? this.#valid(additionalProperties, depth + 1)
          : fc.jsonValue({ maxDepth: 1 });
      return fc.dictionary(names, values, { maxKeys: 3 });
    }
    const fields = Object.entries(properties).map(
      ([name, field]) => [name, this.valid(field, name, depth + 1)] as const,
    );
    return fc.record(Object.fromEntries(fields), { requiredKeys: [...required] });
  }
}

/** The value with something inside of it replaced, one level down where there is one. */
function inside(value: unknown, other: unknown, place: number): unknown {
  if (typeof value !== 'object' || value === null || place % 3 === 0) return other;
  const keys = Object.keys(value);
  const key = keys[place % Math.max(1, keys.length)];
  if (key === undefined) return other;
  const items: readonly unknown[] | undefined = Array.isArray(value) ? value : undefined;
  return items?.map((item, index) => (String(index) === key ? other : item)) ?? { ...value, [key]: other };
}
