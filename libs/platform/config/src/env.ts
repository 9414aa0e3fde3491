import type { z } from 'zod';

/** The environment does not fit the schema. Lists every error at once, so that one restart is enough. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(readonly faults: readonly string[]) {
    super(`the environment is not usable:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
}

/** Parses the environment with the schema. An empty variable counts as unset, because compose files cannot unset one. */
export function env<Schema extends z.ZodObject>(
  schema: Schema,
  source: Readonly<Record<string, string | undefined>> = process.env,
): z.output<Schema> {
  const set = Object.entries(source).filter(([, value]) => value !== '');
  const parsed = schema.safeParse(Object.fromEntries(set));
  if (parsed.success) return parsed.data;

  throw new ConfigurationError(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
}

/** A variable whose name is configured; undefined when it is unset or empty. */
export const variable = (name: string): string | undefined => process.env[name] || undefined;
