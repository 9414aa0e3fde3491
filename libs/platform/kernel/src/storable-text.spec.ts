import { shortText, storableText } from './storable-text';

describe('text that is stored', () => {
  it('has neither NUL nor half characters', () => {
    expect(storableText('a\0b \ud83d c \ude00 😀')).toBe('a\ufffdb \ufffd c \ufffd 😀');
  });

  it('is cut by bytes between two characters, and says so', () => {
    const cut = shortText('ä😀'.repeat(2_000), 4_096);

    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(4_096);
    expect(cut).toMatch(/^(ä😀)+ä?…$/u);
  });

  it('is cut also in the middle of a surrogate pair', () => {
    expect(shortText(`${'x'.repeat(15)}😀 and more`, 16)).toBe(`${'x'.repeat(13)}…`);
  });

  it('stays as it is when it is short', () => {
    expect(shortText('läuft', 6)).toBe('läuft');
  });
});
