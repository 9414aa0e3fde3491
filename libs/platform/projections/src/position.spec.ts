import { DomainError } from '@syntropic/kernel';
import { formatPosition, parsePosition } from './position';

const epoch = '4b5a3c1e-0000-4000-8000-000000000000';

describe('a position on the wire', () => {
  it('is parsed back to the same position', () => {
    const position = { epoch, position: 9_007_199_254_740 };

    expect(parsePosition(formatPosition(position))).toEqual(position);
  });

  it.each(['', '5', 'x.5', `${epoch}.`, `${epoch}.-1`, `${epoch}.1e3`, ` ${epoch}.1`])('is refused as "%s"', (text) => {
    expect(() => parsePosition(text)).toThrow(DomainError);
  });
});
