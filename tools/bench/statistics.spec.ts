import { medianRound, percentile } from './statistics';

describe('a percentile', () => {
  it('is a value that was measured, whatever order they came in', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

    expect(percentile(hundred, 0.95)).toBe(95);
    expect(percentile(hundred, 0.5)).toBe(50);
    expect(percentile([7], 0.95)).toBe(7);
  });

  it('of nothing is no number', () => {
    expect(percentile([], 0.95)).toBeNaN();
  });
});

describe('the median round', () => {
  it('is whole, so that its figures belong together', () => {
    const rounds = [
      { value: 30, limit: 10 },
      { value: 10, limit: 10 },
      { value: 20, limit: 20 },
    ];

    expect(medianRound(rounds, ({ value }) => value)).toEqual({ value: 20, limit: 20 });
    expect(medianRound(rounds.slice(0, 2), ({ value, limit }) => value / limit)).toEqual({ value: 10, limit: 10 });
  });

  it('of nothing is refused', () => {
    expect(() => medianRound<number>([], (value) => value)).toThrow(RangeError);
  });
});
