import { limitReset } from './limit-reset';

const NOW = Date.UTC(2026, 0, 1);
const after = (seconds: number) => new Date(NOW + seconds * 1_000).toISOString();

describe('the time of a limit', () => {
  it.each([
    [{ 'retry-after': '30' }, after(30)],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' }, after(60)],
    [{ 'anthropic-ratelimit-unified-reset': String(NOW / 1_000 + 3_600) }, after(3_600)],
    [{ 'anthropic-ratelimit-tokens-reset': after(5), 'anthropic-ratelimit-requests-reset': after(9) }, after(9)],
    [{ 'retry-after': '3', 'anthropic-ratelimit-requests-reset': after(9) }, after(3)],
    [{ 'x-ratelimit-reset-requests': '6m0.5s' }, after(360.5)],
    [{ 'x-ratelimit-reset-tokens': '17ms' }, after(0.017)],
    [{ 'x-ratelimit-reset-tokens': 'soon' }, undefined],
    [{ 'retry-after': '999999999' }, undefined],
    [{ 'retry-after': '-5' }, undefined],
    [{}, undefined],
  ])('of %j is %s', (headers, time) => {
    expect(limitReset(headers, NOW)).toBe(time);
  });
});
