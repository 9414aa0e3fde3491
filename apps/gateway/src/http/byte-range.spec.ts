import { byteRangeOf } from './byte-range';

describe('a range of a file with ten bytes', () => {
  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=2-4', 2, 5],
    ['bytes=2-', 2, 10],
    ['bytes=-3', 7, 10],
    ['bytes=-30', 0, 10],
    ['bytes=9-400', 9, 10],
  ])('%s begins at %i and ends before %i', (header, from, until) => {
    expect(byteRangeOf(header, 10)).toEqual({ from, until });
  });

  it.each([undefined, '', 'bytes', 'bytes=', 'bytes=-', 'bytes=a-b', 'bytes=4-2', 'bytes=0-1,3-4', 'lines=0-1'])(
    '%s is the whole file',
    (header) => {
      expect(byteRangeOf(header, 10)).toBe('whole');
    },
  );

  it.each(['bytes=10-', 'bytes=10-12', 'bytes=-0', 'bytes=999999999999999-'])('%s has no byte of it', (header) => {
    expect(byteRangeOf(header, 10)).toBe('not satisfiable');
  });

  it('of an empty file has no byte', () => {
    expect(byteRangeOf('bytes=0-', 0)).toBe('not satisfiable');
    expect(byteRangeOf('bytes=-1', 0)).toBe('not satisfiable');
  });
});
