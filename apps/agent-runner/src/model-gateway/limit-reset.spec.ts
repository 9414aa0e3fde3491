import { limitReset } from './limit-reset';

const NOW = Date.UTC(2026, 0, 1);
const DAY = 24 * 3_600;
const at = (seconds: number) => NOW + seconds * 1_000;
const after = (seconds: number) => new Date(at(seconds)).toISOString();

describe('the time of a limit', () => {
  it.each([
    [{ 'retry-after': '30' }, at(30)],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' }, at(60)],
    [{ 'anthropic-ratelimit-unified-reset': String(NOW / 1_000 + 3_600) }, at(3_600)],
    [{ 'anthropic-ratelimit-tokens-reset': after(5), 'anthropic-ratelimit-requests-reset': after(9) }, at(9)],
    [{ 'retry-after': '3', 'anthropic-ratelimit-requests-reset': after(9) }, at(3)],
    [{ 'x-ratelimit-reset-requests': '6m0.5s' }, at(360.5)],
    [{ 'x-ratelimit-reset-tokens': '17ms' }, at(0.017)],
    [{ 'anthropic-ratelimit-unified-reset': after(60), 'anthropic-ratelimit-unified-7d-reset': after(DAY) }, at(60)],
    [{ 'x-ratelimit-reset-tokens': 'soon' }, undefined],
    [{ 'retry-after': 'soon', 'anthropic-ratelimit-unified-reset': after(60) }, undefined],
    [{ 'retry-after': String(8 * DAY) }, at(8 * DAY)],
    [{ 'retry-after': String(8 * DAY + 1) }, undefined],
    [{ 'retry-after': '999999999' }, undefined],
    [{ 'retry-after': '-5' }, undefined],
    [{}, undefined],
  ])('of %j is %s', (headers, time) => {
    expect(limitReset(headers, NOW)).toBe(time);
  });
});
