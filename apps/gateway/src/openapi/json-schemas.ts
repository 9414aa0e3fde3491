import { z } from 'zod';

export type JsonSchema = Readonly<Record<string, unknown>>;

const NAMED = '#/components/schemas/';

/** Converts zod schemas to JSON Schema, and collects those with an id for `components`. */
export class JsonSchemas {
  readonly #named: Record<string, JsonSchema> = {};

  get components(): Readonly<Record<string, JsonSchema>> {
    return this.#named;
  }

  /** `input` for requests, where fields with defaults are optional; `output` for answers. */
  of(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const { $defs = {}, ...own }: Readonly<{ $defs?: Readonly<Record<string, JsonSchema>> }> = relocated(
      z.toJSONSchema(schema, { io, unrepresentable: 'any' }),
    );
    const named = Object.entries($defs).filter(([name]) => !ANONYMOUS.test(name));
    Object.assign(this.#named, Object.fromEntries(named));
    return own;
  }
}

/** A schema that contains itself and has no id: only `z.json()`, any JSON value, which is `{}` to generators. */
const ANONYMOUS = /^__schema\d+$/;

/** Turns references into the schema's own `$defs` into references to the document's `components`. */
const relocated = (schema: object): JsonSchema =>
  JSON.parse(JSON.stringify(schema), (key: string, value: unknown) => {
    if (key === '$schema') return undefined;
    if (key === '$ref' && typeof value === 'string') {
      const name = value.replace('#/$defs/', '');
      return ANONYMOUS.test(name) ? undefined : NAMED + name;
    }
    return isNullable(value) ? withAlternatives(value) : value;
  }) as JsonSchema;

type Nullable = Readonly<{ type: readonly string[]; description?: unknown; default?: unknown }>;

const isNullable = (value: unknown): value is Nullable =>
  typeof value === 'object' && value !== null && 'type' in value && Array.isArray(value.type);

/** Writes `type: [a, b]` as `anyOf`: few client generators understand lists of types. */
function withAlternatives({ type, description, default: usual, ...schema }: Nullable) {
  return {
    anyOf: type.map((one) => (one === 'null' ? { type: one } : { ...schema, type: one })),
    ...(description !== undefined && { description }),
    ...(usual !== undefined && { default: usual }),
  };
}
