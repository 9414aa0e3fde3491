import { Lane } from './lane';

const lane = (after: number) => new Lane<number>(after, (item) => item);

describe('a lane', () => {
  it('takes what comes next', () => {
    expect(lane(4).next(4, [5, 6])).toEqual([5, 6]);
  });

  it('takes only what is new of what comes twice', () => {
    expect(lane(5).next(3, [4, 5, 6])).toEqual([6]);
    expect(lane(5).next(2, [3, 4])).toEqual([]);
  });

  it('sees that something is missing', () => {
    expect(lane(4).next(5, [6])).toBeUndefined();
  });

  it('sees by a number alone whether something is missing', () => {
    expect(lane(4).next(5, [])).toBeUndefined();
    expect(lane(5).next(5, [])).toEqual([]);
  });

  it('knows that nothing is missing between neighbours whose numbers are far apart', () => {
    expect(lane(10).next(7, [90])).toEqual([90]);
  });
});
