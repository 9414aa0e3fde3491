import { delaysWhileAllSpoke } from './heard-line';
import { writtenAt } from './talking-agents';

describe('delays', () => {
  const heard = (at: number, delay: number) => ({ writtenAt: at, heardAt: at + delay });

  it('count while all agents speak', () => {
    const early = [heard(0, 90), heard(10, 1), heard(20, 2)];
    const late = [heard(10, 3), heard(15, 4), heard(40, 90)];

    expect(delaysWhileAllSpoke([early, late])).toEqual([1, 2, 3, 4]);
  });

  it('are none when agents never spoke at the same time, or not at all', () => {
    expect(delaysWhileAllSpoke([[heard(0, 1)], [heard(5, 1)]])).toEqual([]);
    expect(delaysWhileAllSpoke([[heard(0, 1)], []])).toEqual([]);
  });
});

describe('the time of a line', () => {
  it('is what the agent wrote into it', () => {
    expect(writtenAt('{"tool_use_id":"toolu_1763811095123456"}')).toBe(1_763_811_095_123.456);
    expect(writtenAt('{"text":"something else"}')).toBeUndefined();
  });
});
