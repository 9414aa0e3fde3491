import { costOf, modelFamily, priceOf } from './prices';

const million = { inputTokens: 1e6, outputTokens: 1e6, cacheCreationTokens: 1e6, cacheReadTokens: 1e6 };

describe('prices', () => {
  it.each([
    ['claude-haiku-4-5-20251001', '7.35'],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', '22.05'],
    ['anthropic/claude-opus-4-5', '36.75'],
    ['claude-opus-4@20250514', '110.25'],
    ['claude-sonnet-4-5[1m]', '22.05'],
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

  it('apply also before a model’s first day', () => {
    expect(priceOf('claude-opus-4-5', '2020-01-01')?.input).toBe('5');
  });

  it('know a model by its short name', () => {
    expect(modelFamily('sonnet')).toBe('claude-sonnet-4-5');
  });
});
