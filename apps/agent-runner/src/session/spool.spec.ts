import fc from 'fast-check';
import { appendFileSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useDirectory } from '../../test/workspace.fixture';
import { Spool, type SpoolBatch } from './spool';
import { spoolLinesIn, type SpoolLine } from './spool-lines';

const directory = useDirectory();
const fresh = () => mkdtempSync(join(directory.path, 'spool-'));
const line = (text: string) => ({ leg: 1, at: '2026-01-01T00:00:00.000Z', stream: 'stdout' as const, text });
const numbersAndTexts = (lines: readonly SpoolLine[]) => lines.map(({ line: number, text }) => `${number} ${text}`);

describe('a spool', () => {
  it('hands out all uncommitted lines in batches', async () => {
    const spool = await Spool.open(fresh());
    const batches = spool.batches();
    spool.append(line('a'));
    spool.append(line('b'));
    const first = await next(batches);
    spool.append(line('c'));
    spool.append(line('d'));
    spool.committed(2);
    const second = await next(batches);
    spool.committed(4);
    spool.finish();

    expect([first, second].map(numbersAndTexts)).toEqual([
      ['1 a', '2 b'],
      ['3 c', '4 d'],
    ]);
    await expect(batches.next()).resolves.toMatchObject({ done: true });
    await spool.close();
  });

  it('gathers lines that follow each other closely, and ends without waiting for more', async () => {
    const spool = await Spool.open(fresh());
    const batches = spool.batches();
    spool.append(line('a'));
    const first = next(batches);
    await new Promise(setImmediate);
    spool.append(line('b'));
    spool.finish();

    expect(numbersAndTexts(await first)).toEqual(['1 a', '2 b']);
    await spool.close();
  });

  it('hands out the same lines when they were too many to be kept in memory, and after that', async () => {
    const spool = await Spool.open(fresh());
    const texts = Array.from({ length: 40 }, (_, n) => `${n}`.repeat(1_000 + n));
    const batches = spool.batches(10_000);
    const given: string[] = [];
    for (const [count, text] of texts.entries()) {
      if (count === 10) given.push(...(await committedNext(spool, batches)));
      spool.append(line(text));
    }
    while (given.length < texts.length) given.push(...(await committedNext(spool, batches)));
    spool.append(line('again'));
    given.push(...(await committedNext(spool, batches)));

    expect(given).toEqual([...texts, 'again']);
    await spool.close();
  });

  it('waits for a commit before the next batch, and for a line before the first', async () => {
    const spool = await Spool.open(fresh());
    const batches = spool.batches();
    const first = batches.next();
    spool.append(line('a'));
    await first;
    spool.append(line('b'));
    let handedOut = false;
    const second = batches.next().then((batch) => {
      handedOut = true;
      return batch;
    });
    await new Promise(setImmediate);
    expect(handedOut).toBe(false);

    spool.committed(1);
    const { value } = (await second) as { value: SpoolBatch };
    expect(value).toMatchObject({ firstLine: 2, lastLine: 2 });
    expect(spoolLinesIn(value.records)).toMatchObject([{ line: 2, text: 'b' }]);
    await spool.close();
  });

  it('keeps a batch small, but never smaller than a line', async () => {
    const spool = await Spool.open(fresh());
    for (const text of ['x'.repeat(500), 'y', 'z']) spool.append(line(text));
    const batches = spool.batches(300);
    const sizes: number[] = [];
    spool.finish();
    for await (const batch of batches) {
      sizes.push(spoolLinesIn(batch.records).length);
      spool.committed(batch.lastLine);
    }

    expect(sizes).toEqual([1, 2]);
    await spool.close();
  });

  it('reads exactly the committed lines again, with every page size', async () => {
    const path = fresh();
    const said = ['a', 'x'.repeat(500), 'b', 'c', 'not stored'];
    const first = await Spool.open(path);
    for (const text of said) first.append(line(text));
    first.committed(4);
    const again = await Spool.open(path);

    for (const pageBytes of [1, 100, 150, 100_000]) {
      for (const spool of [first, again]) {
        const pages: (readonly SpoolLine[])[] = [];
        for await (const page of spool.committedPages(pageBytes)) pages.push(spoolLinesIn(page));
        expect(pages.flat().map(({ text }) => text)).toEqual(said.slice(0, 4));
        expect(pages.every((page) => page.length > 0)).toBe(true);
      }
    }
    await first.close();
    await again.close();
  });

  it('refuses the commit of a line that was never appended', async () => {
    const spool = await Spool.open(fresh());
    expect(() => {
      spool.committed(1);
    }).toThrow(RangeError);
    await spool.close();
  });

  it('neither loses nor doubles a line after any sequence of crashes and reopenings', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('append' as const), text: fc.string({ unit: 'grapheme' }) }),
      fc.record({ do: fc.constant('commit' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({ do: fc.constant('crash' as const), torn: fc.nat(60) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const path = mkdtempSync(join(tmpdir(), 'spool-'));
        let spool = await Spool.open(path);
        const said: string[] = [];
        let committed = 0;
        for (const action of steps) {
          if (action.do === 'append') {
            said.push(action.text);
            spool.append(line(action.text));
          } else if (action.do === 'commit') {
            committed = Math.max(committed, Math.floor(action.share * said.length));
            spool.committed(committed);
          } else {
            await spool.close();
            tear(join(path, 'spool.jsonl'), action.torn);
            spool = await Spool.open(path);
          }
        }
        spool.finish();
        const left = await drain(spool);
        await spool.close();
        rmSync(path, { recursive: true });

        expect(left).toEqual(said.slice(committed).map((text, n) => `${committed + n + 1} ${text}`));
      }),
    );
  });

  it('leaves the event loop to others while a large file is opened', async () => {
    const path = fresh();
    const record = `${JSON.stringify({ line: 1, ...line('x'.repeat(200)) })}\n`;
    writeFileSync(join(path, 'spool.jsonl'), record.repeat(200_000));
    writeFileSync(join(path, 'committed'), '100000');
    let turns = 0;
    let isOpening = true;
    const count = () => {
      turns++;
      if (isOpening) setImmediate(count);
    };
    setImmediate(count);

    const spool = await Spool.open(path);
    isOpening = false;

    expect(spool.last).toBe(200_000);
    expect(turns).toBeGreaterThan(100);
    await spool.close();
  });

  it('drops a last line that was cut short', async () => {
    const path = fresh();
    const spool = await Spool.open(path);
    spool.append(line('whole'));
    spool.append(line('cut short'));
    await spool.close();
    const file = join(path, 'spool.jsonl');
    truncateSync(file, statSync(file).size - 3);

    const again = await Spool.open(path);
    expect(again.append(line('said again'))).toBe(2);
    again.finish();
    await expect(drain(again)).resolves.toEqual(['1 whole', '2 said again']);
    await again.close();
  });
});

/** Appends part of a line, as a crash in the middle of a write does. */
function tear(file: string, bytes: number): void {
  appendFileSync(file, '{"line":999,"text":"half a line that never came to its end'.slice(0, bytes));
}

async function next(batches: AsyncGenerator<SpoolBatch>): Promise<readonly SpoolLine[]> {
  const { value } = (await batches.next()) as { value: SpoolBatch };
  return spoolLinesIn(value.records);
}

async function drain(spool: Spool): Promise<string[]> {
  const lines: string[] = [];
  for await (const batch of spool.batches(100)) {
    lines.push(...numbersAndTexts(spoolLinesIn(batch.records)));
    spool.committed(batch.lastLine);
  }
  return lines;
}

/** The texts of the next batch, which is then committed. */
async function committedNext(spool: Spool, batches: AsyncGenerator<SpoolBatch>): Promise<string[]> {
  const lines = await next(batches);
  spool.committed(lines.at(-1)?.line ?? 0);
  return lines.map(({ text }) => text);
}
