import { Redactor } from './redactor';
import { secretValue } from './secret';

const VALUE = 'p4ss/w"rd+with$igns';
const redactor = new Redactor([
  { name: 'TOKEN', value: VALUE },
  { name: 'KEY', value: '-----BEGIN KEY-----\nAAAABBBBCCCC\nDDDDEEEE\n-----END KEY-----' },
]);

describe('secrets in what is printed', () => {
  it('are replaced by their names, however programs spell them', () => {
    const spelt = [
      VALUE,
      VALUE.toLowerCase(),
      JSON.stringify({ VALUE }).slice(10, -2),
      encodeURIComponent(VALUE),
      Buffer.from(VALUE).toString('hex'),
    ];
    for (const text of spelt) expect(redactor.text(`<${text}>`)).toBe('<[TOKEN]>');
  });

  it('are replaced in base64 wherever they begin in the encoded text', () => {
    for (const user of ['', 'a', 'ab', 'abc', 'x-access-token:']) {
      for (const end of ['', '!', '!!']) {
        const text = Buffer.from(`${user}${VALUE}${end}`).toString('base64');
        expect(redactor.text(text)).toContain('[TOKEN]');
        const left = Buffer.from(redactor.text(text).replace('[TOKEN]', ''), 'base64').toString();
        expect(left).not.toContain('ss/w');
      }
    }
  });

  it('are replaced line by line when they have several', () => {
    expect(['AAAABBBBCCCC', 'DDDDEEEE', 'other'].map((line) => redactor.text(line))).toEqual([
      '[KEY]',
      '[KEY]',
      'other',
    ]);
  });

  it('are left out with the end of a line that was cut within one', () => {
    const begun = `text ${'.'.repeat(1_000)}${VALUE.slice(0, -1)}`;
    const cut = redactor.line({ text: begun, bytes: begun.length, omittedBytes: 10 });

    expect(cut.text).not.toContain(VALUE.slice(0, 4));
    expect(cut.text.startsWith('text ..')).toBe(true);
    expect(redactor.line({ text: begun, bytes: begun.length, omittedBytes: 0 }).text).toBe(begun);
  });
});

describe('the value of a secret', () => {
  it('ends before the last line end of its file', () => {
    expect(secretValue(Buffer.from('12345678\n'))).toBe('12345678');
    expect(secretValue(Buffer.from('1234\n5678\r\n'))).toBe('1234\n5678');
  });

  it.each([
    ['too short to be told from other text', '1234567'],
    ['too long for a variable', 'x'.repeat(32 * 1024 + 1)],
    ['with a NUL character', '1234\u00005678'],
  ])('is none when it is %s', (_, content) => {
    expect(() => secretValue(Buffer.from(content))).toThrow(/^it /);
  });
});
