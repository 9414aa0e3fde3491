import { Pace } from './pace';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function stepped(durationMs: number, pace = new Pace({ times: 3, leastMs: 10, mostMs: 100 })): Pace {
  pace.begin();
  jest.advanceTimersByTime(durationMs);
  pace.end();
  return pace;
}

describe('a pace', () => {
  it('lets the first step begin at once', () => {
    expect(new Pace({ times: 3, leastMs: 10, mostMs: 100 }).waitMs).toBe(0);
  });

  it.each([
    [1, 10, 9],
    [20, 60, 40],
    [90, 100, 10],
    [500, 100, 0],
  ])('spaces steps of %d ms by %d ms from beginning to beginning', (durationMs, spacingMs, waitMs) => {
    const { spacingMs: spacing, waitMs: wait } = stepped(durationMs);
    expect([spacing, wait]).toEqual([spacingMs, waitMs]);
  });

  it('lets a step begin at once after a rest', () => {
    const pace = stepped(20);
    jest.advanceTimersByTime(40);
    expect(pace.waitMs).toBe(0);
  });

  it('follows the last step alone', () => {
    expect(stepped(2, stepped(50)).spacingMs).toBe(10);
  });
});
