import { backOffMs } from './back-off';

const backOff = { firstMs: 20, longestMs: 1_000 };

describe('the back-off', () => {
  it.each([
    [0, 20],
    [1, 40],
    [5, 640],
    [6, 1_000],
    [5_000, 1_000],
  ])('after %i failures is at most %i ms, and at least half of that', (failures, most) => {
    for (let time = 0; time < 100; time++) {
      const ms = backOffMs(backOff, failures);
      expect(ms).toBeGreaterThanOrEqual(most / 2);
      expect(ms).toBeLessThanOrEqual(most);
    }
  });
});
