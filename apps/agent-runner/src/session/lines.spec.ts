import fc from 'fast-check';
import { Readable } from 'node:stream';
import { linesOf, type Line } from './lines';

describe('the lines of a stream', () => {
  it('do not depend on how the bytes are divided into chunks', async () => {
    const line = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', ''));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1 }), fc.array(fc.nat(40)), async (lines, cuts) => {
        const said = [...lines, 'the end'];
        const bytes = Buffer.from(said.join('\n'));

        expect(await all(linesOf(Readable.from(cut(bytes, cuts))))).toEqual(
          said.map((text) => Buffer.from(text).toString()),
        );
      }),
    );
  });

  it('are cut at the maximum length, and the bytes cut off are counted', async () => {
    const stream = Readable.from([Buffer.from('abcdef'), Buffer.from('ghi\njk\n')]);

    const found: Line[] = [];
    for await (const lines of linesOf(stream, 4)) found.push(...lines);

    expect(found).toEqual([
      { text: 'abcd', bytes: 4, omittedBytes: 5 },
      { text: 'jk', bytes: 2, omittedBytes: 0 },
    ]);
  });

  it('are read on demand, so that the writer waits', async () => {
    let written = 0;
    const endless = new Readable({
      highWaterMark: 16,
      read() {
        written++;
        this.push(Buffer.from('12345\n'));
      },
    });

    await linesOf(endless).next();

    expect(written).toBeLessThan(20);
    endless.destroy();
  });
});

function* cut(bytes: Buffer, sizes: readonly number[]) {
  let at = 0;
  for (const size of sizes) yield bytes.subarray(at, (at += size));
  yield bytes.subarray(at);
}

async function all(reads: AsyncIterable<readonly Line[]>): Promise<string[]> {
  const found = [];
  for await (const lines of reads) found.push(...lines.map(({ text }) => text));
  return found;
}
