import { z } from 'zod';

export type Schema = Readonly<Record<string, unknown>>;

/** The messages of one subject or stream. Names are letters, digits, dots and underscores. */
export type Channel = Readonly<{
  name: string;
  /** A subject of NATS, or a path of the API, with its variable parts in braces. */
  address: string;
  description: string;
  parameters: Readonly<Record<string, Readonly<{ description: string; enum?: readonly string[] }>>>;
  messages: readonly Readonly<{ name: string; summary?: string; headers?: Schema; payload: Schema }>[];
}>;

/** The JSON Schema of a message. Fields that this version does not know are allowed: newer writers have more. */
export const schemaOf = (schema: z.ZodType): Schema =>
  JSON.parse(
    JSON.stringify(z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' })),
    (key: string, value: unknown) =>
      key === '$schema' || (key === 'additionalProperties' && value === false) ? undefined : value,
  ) as Schema;
