import { delaysWhileAllActive } from './received-line';
import { writtenAt } from './timestamped-workflow';

describe('delays', () => {
  const received = (at: number, delay: number) => ({ writtenAt: at, receivedAt: at + delay });

  it('count while all agents are active', () => {
    const early = [received(0, 90), received(10, 1), received(20, 2)];
    const late = [received(10, 3), received(15, 4), received(40, 90)];

    expect(delaysWhileAllActive([early, late])).toEqual([1, 2, 3, 4]);
  });

  it('are none when agents were never active at the same time, or not at all', () => {
    expect(delaysWhileAllActive([[received(0, 1)], [received(5, 1)]])).toEqual([]);
    expect(delaysWhileAllActive([[received(0, 1)], []])).toEqual([]);
  });
});

describe('the time of a line', () => {
  it('is in the line itself', () => {
    expect(writtenAt('{"tool_use_id":"toolu_1763811095123456"}')).toBe(1_763_811_095_123.456);
    expect(writtenAt('{"text":"something else"}')).toBeUndefined();
  });
});
