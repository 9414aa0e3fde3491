import { cpuMillisecondsIn, familyOf, parentIn, pssKilobytes } from './process-family';

describe('the family of a process', () => {
  const parents = new Map([
    [10, 1],
    [11, 10],
    [12, 11],
    [20, 1],
  ]);

  it('is all that descends from it, and itself', () => {
    expect(familyOf(10, parents)).toEqual([10, 11, 12]);
    expect(familyOf(20, parents)).toEqual([20]);
  });

  it('is read past any name of a program', () => {
    expect(parentIn('12 (sh) 9) S 11 12 12 0 -1')).toBe(11);
  });
});

describe('proportional memory', () => {
  it('is the whole, not one of its parts', () => {
    const rollup = '55e0-7ffd ---p 00000000 00:00 0 [rollup]\nRss: 900 kB\nPss:        512 kB\nPss_Anon:   100 kB\n';

    expect(pssKilobytes(rollup)).toBe(512);
  });

  it('of a process that has ended is nothing', () => {
    expect(pssKilobytes('')).toBe(0);
  });
});

describe('processor time', () => {
  it('counts user and system time, and that of children that have ended', () => {
    const stat = '12 (postgres: x) y) S 1 12 12 0 -1 4194560 900 800 0 0 7 5 3 1 20 0 1 0 4711';

    expect(cpuMillisecondsIn(stat)).toBe(160);
  });

  it('of a process that has ended is nothing', () => {
    expect(cpuMillisecondsIn('')).toBe(0);
  });
});
