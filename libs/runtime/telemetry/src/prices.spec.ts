import { ANTHROPIC_PRICES } from './anthropic-prices';
import { PRICES } from './price-table';
import { costOf, costOfAll, modelFamily, priceOf, searchFeeOf } from './prices';

const million = { inputTokens: 1e6, outputTokens: 1e6, cacheCreationTokens: 1e6, cacheReadTokens: 1e6 };

describe('prices', () => {
  it.each([
    ['claude-haiku-4-5-20251001', '7.35'],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', '22.05'],
    ['anthropic/claude-opus-4-5', '36.75'],
    ['claude-opus-4@20250514', '110.25'],
    ['claude-sonnet-4-5[1m]', '22.05'],
    ['openai/gpt-5-2025-08-07', '12.625'],
    ['gpt-5-codex', '12.625'],
  ])('of %s are known', (model, usd) => {
    expect(costOf(model, million, '2026-01-01')).toBe(usd);
  });

  it('of an unknown model are unknown', () => {
    expect(costOf('claude-next-9', million, '2026-01-01')).toBeNull();
  });

  it('are exact to the nano-dollar', () => {
    const tokens = { inputTokens: 1456, outputTokens: 742, cacheCreationTokens: 40693, cacheReadTokens: 40151 };
    expect(costOf('claude-haiku-4-5', tokens, '2026-01-01')).toBe('0.06004735');
  });

  it('of a cache write of an hour are twice those of input, of Anthropic’s models', () => {
    for (const { input, cacheCreation1h } of ANTHROPIC_PRICES)
      expect(Number(cacheCreation1h)).toBeCloseTo(2 * Number(input), 9);
  });

  it('confirm what a scripted run of today has cost', () => {
    const tokens = { inputTokens: 120, outputTokens: 42, cacheCreationTokens: 30, cacheReadTokens: 400 };
    expect(costOf('claude-opus-5-5', { ...tokens, cacheCreation1hTokens: 20 }, '2026-11-25')).toBe('0.00161');
  });

  it('may rise with the size of a request', () => {
    const request = (inputTokens: number) => ({ ...million, inputTokens, cacheCreationTokens: 0, cacheReadTokens: 0 });
    expect(costOf('claude-haiku-5-5', request(100_000), '2026-11-25')).toBe('0.51');
    expect(costOf('claude-haiku-5-5', request(100_001), '2026-11-25')).toBe('2.5500005');
    expect(costOfAll('claude-haiku-5-5', request(100_001), '2026-11-25')).toBeNull();
  });

  it('change with time', () => {
    expect(priceOf('claude-sonnet-5-5', '2026-10-06')?.cacheRead).toBe('0.20');
    expect(priceOf('claude-sonnet-5-5', '2026-10-07')?.cacheRead).toBe('0.10');
  });

  it('apply also before a model’s first day', () => {
    expect(priceOf('claude-opus-4-5', '2020-01-01')?.input).toBe('5');
  });

  it('rise with prompts above 272,000 tokens, for newer models of OpenAI', () => {
    const request = (inputTokens: number) => ({ ...million, inputTokens, cacheCreationTokens: 0, cacheReadTokens: 0 });
    expect(costOf('gpt-6.1-sol', request(272_000), '2026-11-25')).toBe('10.544');
    expect(costOf('gpt-6.1-sol', request(272_001), '2026-11-25')).toBe('16.088004');
  });

  it('include a fee for searches in the web', () => {
    expect(searchFeeOf('claude-opus-5-5', 3, '2026-11-25')).toBe('0.03');
    expect(searchFeeOf('gpt-5-codex', 1, '2026-11-25')).toBe('0.01');
    expect(searchFeeOf('claude-next-9', 1, '2026-11-25')).toBeNull();
    expect(searchFeeOf('claude-next-9', 0, '2026-11-25')).toBe('0');
  });

  it('name no model twice for one day', () => {
    const entries = PRICES.map(({ model, effectiveFrom }) => `${model} from ${effectiveFrom}`);
    expect(new Set(entries).size).toBe(entries.length);
  });

  it('know a model by its short name', () => {
    expect(modelFamily('gpt-5.6')).toBe('gpt-5.6-sol');
    expect(modelFamily('sonnet')).toBe('claude-sonnet-4-5');
  });
});
