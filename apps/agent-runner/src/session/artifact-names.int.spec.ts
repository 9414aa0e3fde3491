import { ProducedFile } from '@syntropic/kernel';
import { LocalObjectStorage } from '@syntropic/object-storage';
import * as fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { useDirectory } from '../../test/workspace.fixture';
import { collectArtifacts } from './artifacts';

const SEED = 20_261_126;

/** Bytes that a file name may have: all but NUL and the slash, in any encoding or none. */
const anyBytes = fc.uint8Array({ min: 1, minLength: 1, maxLength: 40 });
const anyText = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).map((name) => Buffer.from(name));
const hostile = fc
  .constantFrom('-rf', '...', ' ', '\n', '%2e%2e', '$(id)', 'a\\b', '"', '\u202egnp.exe', 'ＡA', '\x7f')
  .map((name) => Buffer.from(name));
const fileName = fc
  .oneof(anyBytes, anyText, hostile)
  .map((bytes) => Buffer.from(bytes).filter((byte) => byte !== 0 && byte !== 0x2f))
  .filter((bytes) => bytes.length > 0 && bytes.length < 255 && !/^\.{1,2}$/.test(Buffer.from(bytes).toString()));
const path = fc.array(fileName, { minLength: 1, maxLength: 8 });

describe('artifacts of any name', () => {
  const directory = useDirectory();

  it('are kept byte by byte under a name that the contract accepts, or left out with a reason', async () => {
    const storage = new LocalObjectStorage(join(directory.path, 'objects'));
    await fc.assert(
      fc.asyncProperty(fc.array(path, { minLength: 1, maxLength: 12 }), async (paths) => {
        const root = join(directory.path, randomUUID());
        const output = join(root, 'artifacts/output');
        mkdirSync(output, { recursive: true });
        const written = paths.filter((names, index) => write(output, names, `bytes ${index}`)).length;

        const { files, leftOut, isTruncated } = await collectArtifacts(root);

        expect(isTruncated).toBe(false);
        expect(files.length + leftOut.length).toBeGreaterThan(0);
        expect(files.length).toBeLessThanOrEqual(written);
        for (const { path: name, absolutePath, seen } of files) {
          const { uri, sizeBytes } = await storage.put({ file: absolutePath, seen });
          expect(ProducedFile.shape.path.safeParse(name).success).toBe(true);
          expect(name).not.toMatch(/[\0\p{Surrogate}]/u);
          expect(Buffer.byteLength(JSON.stringify(name))).toBeLessThanOrEqual(512);
          expect(sizeBytes).toBe(seen.sizeBytes);
          expect(await text(await storage.get(uri))).toMatch(/^bytes \d+$/);
        }
      }),
      { seed: SEED, numRuns: 150 },
    );
  });
});

/** False where a file of an earlier path is in the way. */
function write(output: string, names: readonly Uint8Array[], content: string): boolean {
  const joined = (parts: readonly Uint8Array[]) =>
    Buffer.concat([Buffer.from(output), ...parts.flatMap((part) => [Buffer.from('/'), part])]);
  try {
    mkdirSync(joined(names.slice(0, -1)), { recursive: true });
    writeFileSync(joined(names), content, { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}
