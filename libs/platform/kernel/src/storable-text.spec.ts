import { DomainError } from './domain-error';
import { commentText, errorText, nameText, shortText, storableText } from './storable-text';

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

  it.each([
    ['an error', errorText, 4_096],
    ['a comment', commentText, 65_536],
    ['the message of a refusal', (text: string) => new DomainError('a.b', text).message, 4_096],
  ])('is cut to the bound of its kind: %s', (_, kept, bytes) => {
    const cut = kept(`\0\ud83d${'ä'.repeat(100_000)}`);

    expect(cut).toMatch(/^\ufffd\ufffdä+…$/u);
    expect(bytes - Buffer.byteLength(cut)).toBeLessThan(2);
    expect(kept('läuft')).toBe('läuft');
  });

  it('is a name of at most 200 characters, and never that of the prototype', () => {
    expect(nameText('m'.repeat(1e6))).toBe('m'.repeat(200));
    expect(nameText(`${'m'.repeat(199)}😀`)).toBe(`${'m'.repeat(199)}\ufffd`);
    expect(nameText('a\0b')).toBe('a\ufffdb');
    expect(nameText('__proto__')).toBe('proto');
  });

  it('stays as it is when it is short', () => {
    expect(shortText('läuft', 6)).toBe('läuft');
  });
});
