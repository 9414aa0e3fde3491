import { joinedLines } from './joined-lines';

const line = (text: string, omittedBytes = 0) => ({ text, bytes: Buffer.byteLength(text), omittedBytes });
const joined = (...texts: string[]) => joinedLines(texts.map((text) => line(text))).map(({ text }) => text);

describe('lines that arrived together', () => {
  it('are joined as they were printed', () => {
    expect(joinedLines(['a', '', '  b '].map((text) => line(text)))).toEqual([
      { text: 'a\n\n  b ', bytes: 7, omittedBytes: 0, lines: 3 },
    ]);
  });

  it('stay alone when they may be messages, or were cut', () => {
    expect(joined('a', '{"type":"result"}', ' { }', 'b', 'c')).toEqual(['a', '{"type":"result"}', ' { }', 'b\nc']);
    expect(joinedLines([line('a'), line('cut', 7), line('b')]).map(({ text }) => text)).toEqual(['a', 'cut', 'b']);
  });

  it('are joined up to the size that a row shows', () => {
    const pieces = joined(...Array.from({ length: 100 }, () => 'x'.repeat(999)), 'y'.repeat(20_000), 'z');

    expect(Math.max(...pieces.slice(0, -2).map((text) => text.length))).toBeLessThanOrEqual(16 * 1024);
    expect(pieces.length).toBe(7 + 2);
    expect(pieces.join('\n').split('\n')).toHaveLength(102);
  });
});
