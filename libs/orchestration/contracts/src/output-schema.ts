import { z } from 'zod';

const MOST_BYTES = 64 * 1024;

/** Keywords whose values are schemas by name: their keys are names, no keywords. */
const BY_NAME: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions', 'dependentSchemas']);

/** Keywords whose values are no schemas. */
const VALUES: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples', 'required']);

/** Keywords with a regular expression, which may take any time on an agent's answer. */
const PATTERNS: ReadonlySet<string> = new Set(['pattern', 'patternProperties']);

/** The JSON Schema of an agent's final answer, which is an object. */
export const OutputSchema = z.record(z.string(), z.json()).check(({ value, issues }) => {
  const message = faultOf(value);
  if (message !== undefined) issues.push({ code: 'custom', message, input: value });
});

type Schema = Readonly<Record<string, unknown>>;

function faultOf(schema: Schema): string | undefined {
  if (Buffer.byteLength(JSON.stringify(schema)) > MOST_BYTES) return 'a schema has at most 64 KiB';
  if (schema['type'] !== 'object') return 'the answer is an object: say `type: object`';
  if (hasPattern(schema)) return 'regular expressions are not supported: say it in a description';
  try {
    z.fromJSONSchema(schema);
    return undefined;
  } catch (error) {
    return `this is no JSON Schema that can be checked: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function hasPattern(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(hasPattern);
  if (typeof schema !== 'object' || schema === null) return false;
  return Object.entries(schema).some(([key, value]) => {
    if (PATTERNS.has(key)) return true;
    if (VALUES.has(key)) return false;
    return hasPattern(BY_NAME.has(key) && value ? Object.values(value as object) : value);
  });
}

/** The first deviation of an answer from its schema, with its path; undefined for an answer that fits. */
export function deviationOf(schema: Schema, answer: unknown): string | undefined {
  const [issue] = z.fromJSONSchema(schema).safeParse(answer).error?.issues ?? [];
  return issue && `/${issue.path.join('/')}: ${issue.message}`;
}
