import type { OutputRule, Usd } from '@syntropic/kernel';
import { LARGEST_COUNT } from '../largest-count';
import type { Tokens } from '../prices';
import type { Account } from './running-totals';

type Line = Readonly<Record<string, unknown>>;

/** The value at a path; undefined when a field on the way is missing. */
export function fieldAt(path: string, line: Line): unknown {
  let value: unknown = line;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Line)[name];
  }
  return value;
}

/** Numbers as text too; empty for other values. */
export function textAt(path: string, line: Line): string {
  const value = fieldAt(path, line);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** The literal behind `=`, or the text at the path. */
export const valueOf = (value: string, line: Line): string =>
  value.startsWith('=') ? value.slice(1) : textAt(value, line);

export const holds = (condition: OutputRule['when'], line: Line): boolean =>
  Object.entries(condition).every(([path, value]) => fieldAt(path, line) === value);

type UsageRule = Extract<OutputRule, { as: 'usage' }>;

export function tokensAt(rule: UsageRule, line: Line): Tokens {
  const [read, written] = [countAt(rule.cache_read, line), countAt(rule.cache_write, line)];
  const input = countAt(rule.input, line);
  return {
    inputTokens: rule.input_has_cache ? Math.max(0, input - read - written) : input,
    outputTokens: countAt(rule.output, line),
    cacheReadTokens: read,
    cacheCreationTokens: written,
  };
}

function countAt(path: string | undefined, line: Line): number {
  const count = path === undefined ? 0 : fieldAt(path, line);
  return typeof count === 'number' && Number.isInteger(count) && count >= 0 && count <= LARGEST_COUNT ? count : 0;
}

export const countsOf = (tokens: Tokens, cost: Usd | null): Account => ({
  input_tokens: tokens.inputTokens,
  output_tokens: tokens.outputTokens,
  cache_creation_tokens: tokens.cacheCreationTokens,
  cache_read_tokens: tokens.cacheReadTokens,
  cost_usd: cost,
});
