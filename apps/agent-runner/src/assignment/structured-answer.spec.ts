import { ARTIFACT_LIMITS } from '../session';
import { productsOf } from './structured-answer';

const file = (path: string) => ({
  path,
  absolutePath: `/workspace/${path}`,
  seen: { device: 1, inode: 2, sizeBytes: 3 },
});
const pathsOf = ({ products }: ReturnType<typeof productsOf>) => products.map(({ path }) => path);

describe('the artifacts of a session', () => {
  it('begin with its answer, which later phases read in prompts and as a file', () => {
    const { products, isTruncated } = productsOf({ files: [file('a.md')], isTruncated: false }, { value: { n: 3 } });
    expect(products).toEqual([
      { path: 'answer.json', source: Buffer.from('{\n  "n": 3\n}') },
      { path: 'a.md', source: { file: '/workspace/a.md', seen: file('a.md').seen } },
    ]);
    expect(isTruncated).toBe(false);
  });

  it('have one file of the name of the answer: the answer', () => {
    const files = [file('answer.json'), file('b')];
    expect(pathsOf(productsOf({ files, isTruncated: false }, { value: {} }))).toEqual(['answer.json', 'b']);
  });

  it('are without an answer that does not fit', () => {
    const files = [file('answer.json')];
    expect(pathsOf(productsOf({ files, isTruncated: false }, { deviation: '/n: it is no number' }))).toEqual([
      'answer.json',
    ]);
    expect(productsOf({ files, isTruncated: true }, undefined).isTruncated).toBe(true);
  });

  it('are never more than a command may name', () => {
    const files = Array.from({ length: ARTIFACT_LIMITS.files }, (_, n) => file(`file-${n}`));
    const { products, isTruncated } = productsOf({ files, isTruncated: false }, { value: {} });
    expect(products).toHaveLength(ARTIFACT_LIMITS.files);
    expect(isTruncated).toBe(true);
  });
});
