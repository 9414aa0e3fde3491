import { addUsd, perMillion, type Usd } from '@syntropic/kernel';
import type { Price } from './price';
import { PRICES } from './price-table';

const ALIASES: Readonly<Record<string, string>> = {
  haiku: 'claude-haiku-4-5',
  sonnet: 'claude-sonnet-4-5',
  opus: 'claude-opus-4-5',
  'gpt-5.6': 'gpt-5.6-sol',
};

/** `anthropic/claude-haiku-4-5-20251001`, `us.anthropic.claude-haiku-4-5-20251001-v1:0`, `claude-haiku-4-5@20251001`: one model, as `openai/gpt-5-2025-08-07` is `gpt-5`. */
export function modelFamily(model: string): string {
  const name = model
    .toLowerCase()
    .replace(/^.*(anthropic[./]|openai\/)/, '')
    .replace(/\[1m\]$/, '')
    .replace(/-v\d+(:\d+)?$/, '')
    .replace(/[@-](\d{8}|\d{4}-\d{2}-\d{2})$/, '')
    .replace(/-latest$/, '');
  return Object.hasOwn(ALIASES, name) ? (ALIASES[name] ?? name) : name;
}

/** The price of a model at a time. Times before the first entry use that entry, because clocks and release days are not exact. */
export function priceOf(model: string, at: string): Price | undefined {
  const family = modelFamily(model);
  const entries = PRICES.filter((entry) => entry.model === family);
  return entries.findLast(({ effectiveFrom }) => effectiveFrom <= at) ?? entries[0];
}

export type Tokens = Readonly<{
  inputTokens: number;
  outputTokens: number;
  cacheCreationTokens: number;
  cacheReadTokens: number;
  /** The part of `cacheCreationTokens` that is kept for an hour. */
  cacheCreation1hTokens?: number;
}>;

/** The cost of one request by the table; `null` when the model is not in it. */
export function costOf(model: string, tokens: Tokens, at: string): Usd | null {
  const found = priceOf(model, at);
  if (!found) return null;

  const { inputTokens, outputTokens, cacheCreationTokens, cacheReadTokens, cacheCreation1hTokens = 0 } = tokens;
  const isLong = found.above && promptOf(tokens) > found.above.promptTokens;
  const prices = isLong ? found.above.prices : found;
  const written1h = Math.min(cacheCreation1hTokens, cacheCreationTokens);
  return addUsd(
    perMillion(prices.input, inputTokens),
    perMillion(prices.output, outputTokens),
    perMillion(prices.cacheCreation, cacheCreationTokens - written1h),
    perMillion(prices.cacheCreation1h, written1h),
    perMillion(prices.cacheRead, cacheReadTokens),
  );
}

/** The fee of searches in the web that the model's provider has made for an answer; `null` when the model is not in the table. */
export function searchFeeOf(model: string, searches: number, at: string): Usd | null {
  if (searches === 0) return '0';
  const found = priceOf(model, at);
  // The price of one search, times their number.
  return found ? perMillion(found.webSearch, searches * 1e6) : null;
}

/** The cost of several requests together; `null` also when it depends on the size of each. */
export function costOfAll(model: string, tokens: Tokens, at: string): Usd | null {
  const above = priceOf(model, at)?.above;
  return above && promptOf(tokens) > above.promptTokens ? null : costOf(model, tokens, at);
}

const promptOf = ({ inputTokens, cacheCreationTokens, cacheReadTokens }: Tokens): number =>
  inputTokens + cacheCreationTokens + cacheReadTokens;
