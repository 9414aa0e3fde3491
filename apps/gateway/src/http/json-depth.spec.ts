import { isTooDeep } from './json-depth';

const isDeep = (text: string) => isTooDeep(Buffer.from(text));
const nested = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);

describe('the depth of JSON', () => {
  it.each([
    ['[', ']'],
    ['{"a":', '}'],
    ['[{"]":', '}]'],
  ])('counts %s', (open, close) => {
    const levels = open.length - open.replace(/[[{]/g, '').length;

    expect(isDeep(nested(open, close, 64 / levels))).toBe(false);
    expect(isDeep(nested(open, close, 64 / levels + 1))).toBe(true);
    expect(isDeep(open.repeat(500_000))).toBe(true);
  });

  it('is not that of brackets in texts, nor of neighbours', () => {
    expect(isDeep(JSON.stringify(['['.repeat(100), `\\"${'{'.repeat(100)}`, '"']))).toBe(false);
    expect(isDeep(`[${'[],{},'.repeat(100)}1]`)).toBe(false);
  });
});
