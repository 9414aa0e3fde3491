import { z } from 'zod';

export type JsonSchema = Readonly<Record<string, unknown>>;

const NAMED = '#/components/schemas/';

/** JSON Schemas of zod's, with those that have an id collected once for `components`. */
export class JsonSchemas {
  readonly #named: Record<string, JsonSchema> = {};

  get components(): Readonly<Record<string, JsonSchema>> {
    return this.#named;
  }

  /** `input` is what is taken, where defaults may be left out; `output` is what is answered. */
  of(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const { $schema: _, $defs, ...own } = relocated(z.toJSONSchema(schema, { io, unrepresentable: 'any' }));
    Object.assign(this.#named, $defs);
    return own;
  }
}

/** zod refers into the schema's own document; ours are parts of a larger one. */
const relocated = (schema: object): JsonSchema =>
  JSON.parse(JSON.stringify(schema), (key: string, value: unknown) =>
    key === '$ref' && typeof value === 'string' ? value.replace('#/$defs/', NAMED) : value,
  ) as JsonSchema;
