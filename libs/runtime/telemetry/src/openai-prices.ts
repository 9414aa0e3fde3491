import type { Usd } from '@syntropic/kernel';
import type { Price, TokenPrices } from './price';

type Row = readonly [input: Usd, output: Usd, cacheRead: Usd, cacheCreation?: Usd];

/** Written caches last for half an hour at most, so one price holds. Before GPT-5.6 a write costs what any input costs. */
const prices = ([input, output, cacheRead, cacheCreation = input]: Row): TokenPrices => ({
  input,
  output,
  cacheCreation,
  cacheCreation1h: cacheCreation,
  cacheRead,
});

const WEB_SEARCH: Usd = '0.01';

/** The first day of models for which the source has none. An entry also applies before its day. */
const UNDATED = '2026-01-01';

const entry = (model: string, row: Row, effectiveFrom = UNDATED): Price => ({
  model,
  effectiveFrom,
  webSearch: WEB_SEARCH,
  ...prices(row),
});

/** A request with a longer prompt is charged at `long` as a whole. */
const LONG_PROMPT = 272_000;

const tiered = (model: string, short: Row, long: Row, effectiveFrom?: string): Price => ({
  ...entry(model, short, effectiveFrom),
  above: { promptTokens: LONG_PROMPT, prices: prices(long) },
});

/**
 * Source: OpenAI's pricing and model pages as third parties have read them up to October 2026, at standard processing.
 * Most rows stand in two that agree; those of gpt-5.2-codex, and of long prompts to gpt-5.4 and gpt-5.5, are their families'.
 * Models of which that cannot be said (the pro models, GPT-5.1 Codex Mini) are left out, and so have no price.
 */
export const OPENAI_PRICES: readonly Price[] = [
  tiered('gpt-6.1-sol', ['2', '10', '0.10', '2.5'], ['4', '15', '0.20', '5'], '2026-09-29'),
  tiered('gpt-6-astra', ['10', '50', '1', '12.5'], ['20', '75', '2', '25'], '2026-09-03'),
  tiered('gpt-6-sol', ['2', '10', '0.20', '2.5'], ['4', '15', '0.40', '5'], '2026-09-22'),
  tiered('gpt-6-luna', ['0.10', '0.50', '0.01', '0.125'], ['0.20', '0.75', '0.02', '0.25'], '2026-09-22'),
  tiered('gpt-5.6-sol', ['4', '20', '0.40', '5'], ['8', '30', '0.80', '10']),
  tiered('gpt-5.6-terra', ['2', '12', '0.20', '2.5'], ['4', '18', '0.40', '5'], '2026-07-30'),
  tiered('gpt-5.6-luna', ['0.20', '1.20', '0.02', '0.25'], ['0.40', '1.80', '0.04', '0.50'], '2026-07-30'),
  tiered('gpt-5.5', ['5', '30', '0.50'], ['10', '45', '1']),
  tiered('gpt-5.4', ['2.5', '15', '0.25'], ['5', '22.5', '0.50']),
  entry('gpt-5.4-mini', ['0.75', '4.5', '0.075']),
  entry('gpt-5.4-nano', ['0.20', '1.25', '0.02']),
  ...['gpt-5.3-codex', 'gpt-5.2-codex', 'gpt-5.2'].map((model) => entry(model, ['1.75', '14', '0.175'])),
  ...['gpt-5.1-codex-max', 'gpt-5.1-codex', 'gpt-5.1', 'gpt-5-codex', 'gpt-5'].map((model) =>
    entry(model, ['1.25', '10', '0.125']),
  ),
  entry('gpt-5-mini', ['0.25', '2', '0.025']),
  entry('gpt-5-nano', ['0.05', '0.40', '0.005']),
];
