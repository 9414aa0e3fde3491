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
    const { $defs, ...own } = relocated(z.toJSONSchema(schema, { io, unrepresentable: 'any' }));
    Object.assign(this.#named, $defs);
    return own;
  }
}

/** Turns references into the schema's own `$defs` into references to the document's `components`. */
const relocated = (schema: object): JsonSchema =>
  JSON.parse(JSON.stringify(schema), (key: string, value: unknown) => {
    if (key === '$schema') return undefined;
    if (key === '$ref' && typeof value === 'string') return value.replace('#/$defs/', NAMED);
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
