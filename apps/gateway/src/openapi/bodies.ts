import type { JsonSchema } from './json-schemas';

/** A body in each of its formats; `example` is made last, when every schema has its name. */
type Content = Readonly<Record<string, Readonly<{ schema: JsonSchema; example?: unknown }>>>;
export type Body = Readonly<{ required: boolean; content: Content }>;
export type Response = Readonly<{
  description: string;
  headers?: Readonly<Record<string, JsonSchema>>;
  content?: Content;
}>;
