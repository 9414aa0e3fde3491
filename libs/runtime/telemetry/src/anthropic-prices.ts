import type { Usd } from '@syntropic/kernel';
import type { Price, TokenPrices } from './price';

type Row = readonly [input: Usd, output: Usd, cacheCreation: Usd, cacheCreation1h: Usd, cacheRead: Usd];

const prices = ([input, output, cacheCreation, cacheCreation1h, cacheRead]: Row): TokenPrices => ({
  input,
  output,
  cacheCreation,
  cacheCreation1h,
  cacheRead,
});

const WEB_SEARCH: Usd = '0.01';

/** The first day of models for which the source has none. An entry also applies before its day. */
const UNDATED = '2026-01-01';

const entries = (models: readonly (readonly [model: string, effectiveFrom: string])[], row: Row): readonly Price[] =>
  models.map(([model, effectiveFrom]) => ({ model, effectiveFrom, webSearch: WEB_SEARCH, ...prices(row) }));

const undated = (...models: readonly string[]) => models.map((model) => [model, UNDATED] as const);

/**
 * Source: the catalogue in Claude Code 2.1.332, looked up on the table's day; costs that its runs report confirm most rows.
 * Claude 3 Opus and Haiku are not in it: their rows are Anthropic's published list of 2024.
 */
export const ANTHROPIC_PRICES: readonly Price[] = [
  ...entries(undated('claude-fable-5-2', 'claude-mythos-5-2'), ['8', '40', '10', '16', '0.20']),
  ...entries(undated('claude-fable-5-1', 'claude-mythos-5-1'), ['10', '50', '12.5', '20', '0.25']),
  ...entries(undated('claude-fable-5', 'claude-mythos-5'), ['10', '50', '12.5', '20', '1']),
  ...entries(undated('claude-opus-5-5'), ['4', '20', '5', '8', '0.20']),
  ...entries(undated('claude-opus-5', 'claude-opus-4-8', 'claude-opus-4-7', 'claude-opus-4-6'), [
    '5',
    '25',
    '6.25',
    '10',
    '0.50',
  ]),
  ...entries([['claude-opus-4-5', '2025-11-24']], ['5', '25', '6.25', '10', '0.50']),
  ...entries(
    [
      ['claude-opus-4-1', '2025-08-05'],
      ['claude-opus-4', '2025-05-22'],
      ['claude-3-opus', '2024-03-04'],
    ],
    ['15', '75', '18.75', '30', '1.50'],
  ),
  ...entries(undated('claude-sonnet-5-5'), ['2', '10', '2.5', '4', '0.20']),
  ...entries([['claude-sonnet-5-5', '2026-10-07']], ['2', '10', '2.5', '4', '0.10']),
  ...entries(undated('claude-sonnet-5'), ['2', '10', '2.5', '4', '0.20']),
  ...entries(
    [
      ['claude-sonnet-4-6', UNDATED],
      ['claude-sonnet-4-5', '2025-09-29'],
      ['claude-sonnet-4', '2025-05-22'],
      ['claude-3-7-sonnet', '2025-02-24'],
      ['claude-3-5-sonnet', '2024-06-20'],
    ],
    ['3', '15', '3.75', '6', '0.30'],
  ),
  {
    model: 'claude-haiku-5-5',
    effectiveFrom: UNDATED,
    webSearch: WEB_SEARCH,
    ...prices(['0.10', '0.50', '0.125', '0.20', '0.01']),
    above: { promptTokens: 100_000, prices: prices(['0.50', '2.50', '0.625', '1', '0.05']) },
  },
  ...entries([['claude-haiku-4-5', '2025-10-15']], ['1', '5', '1.25', '2', '0.10']),
  ...entries([['claude-3-5-haiku', '2024-11-04']], ['0.80', '4', '1', '1.60', '0.08']),
  ...entries([['claude-3-haiku', '2024-03-13']], ['0.25', '1.25', '0.30', '0.50', '0.03']),
];
