import { addUsd, perMillion, type Usd } from '@syntropic/kernel';

/** The version of the table, stored with each estimate; it changes with every change below. */
export const PRICE_TABLE_VERSION = '2025-11-24';

/** Dollars per million tokens, from a date (ISO, UTC) until the model's next entry. */
export type Price = Readonly<{
  model: string;
  effectiveFrom: string;
  input: Usd;
  output: Usd;
  cacheCreation: Usd;
  cacheRead: Usd;
}>;

const price = (
  model: string,
  effectiveFrom: string,
  [input, output, cacheCreation, cacheRead]: readonly [Usd, Usd, Usd, Usd],
): Price => ({ model, effectiveFrom, input, output, cacheCreation, cacheRead });

const PRICES: readonly Price[] = [
  price('claude-3-haiku', '2024-03-13', ['0.25', '1.25', '0.30', '0.03']),
  price('claude-3-opus', '2024-03-04', ['15', '75', '18.75', '1.50']),
  price('claude-3-5-haiku', '2024-11-04', ['1', '5', '1.25', '0.10']),
  price('claude-3-5-sonnet', '2024-06-20', ['3', '15', '3.75', '0.30']),
  price('claude-3-7-sonnet', '2025-02-24', ['3', '15', '3.75', '0.30']),
  price('claude-sonnet-4', '2025-05-22', ['3', '15', '3.75', '0.30']),
  price('claude-opus-4', '2025-05-22', ['15', '75', '18.75', '1.50']),
  price('claude-opus-4-1', '2025-08-05', ['15', '75', '18.75', '1.50']),
  price('claude-sonnet-4-5', '2025-09-29', ['3', '15', '3.75', '0.30']),
  price('claude-haiku-4-5', '2025-10-15', ['1', '5', '1.25', '0.10']),
  price('claude-opus-4-5', '2025-11-24', ['5', '25', '6.25', '0.50']),
];

const ALIASES: Readonly<Record<string, string>> = {
  haiku: 'claude-haiku-4-5',
  sonnet: 'claude-sonnet-4-5',
  opus: 'claude-opus-4-5',
};

/** `anthropic/claude-haiku-4-5-20251001`, `us.anthropic.claude-haiku-4-5-20251001-v1:0`, `claude-haiku-4-5@20251001`: one model. */
export function modelFamily(model: string): string {
  const name = model
    .toLowerCase()
    .replace(/^.*anthropic[./]/, '')
    .replace(/\[1m\]$/, '')
    .replace(/-v\d+(:\d+)?$/, '')
    .replace(/[@-]\d{8}$/, '')
    .replace(/-latest$/, '');
  return ALIASES[name] ?? name;
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
}>;

/** The cost of these tokens by the table; `null` when the model is not in it. */
export function costOf(model: string, tokens: Tokens, at: string): Usd | null {
  const found = priceOf(model, at);
  if (!found) return null;

  return addUsd(
    perMillion(found.input, tokens.inputTokens),
    perMillion(found.output, tokens.outputTokens),
    perMillion(found.cacheCreation, tokens.cacheCreationTokens),
    perMillion(found.cacheRead, tokens.cacheReadTokens),
  );
}
