import { OrderedChannel } from './ordered-channel';

const channel = (after: number) => new OrderedChannel<number>(after, (item) => item);

describe('an ordered channel', () => {
  it('takes what comes next', () => {
    expect(channel(4).next(4, [5, 6])).toEqual([5, 6]);
  });

  it('takes only what is new of what comes twice', () => {
    expect(channel(5).next(3, [4, 5, 6])).toEqual([6]);
    expect(channel(5).next(2, [3, 4])).toEqual([]);
  });

  it('sees that something is missing', () => {
    expect(channel(4).next(5, [6])).toBeUndefined();
  });

  it('sees by a number alone whether something is missing', () => {
    expect(channel(4).next(5, [])).toBeUndefined();
    expect(channel(5).next(5, [])).toEqual([]);
  });

  it('knows that nothing is missing between neighbours whose numbers are far apart', () => {
    expect(channel(10).next(7, [90])).toEqual([90]);
  });
});
