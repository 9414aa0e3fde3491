import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { LocalObjectStorage } from './local-object-storage';
import { ObjectMissing } from './object-storage';

describe('local object storage', () => {
  let directory: string;
  let storage: LocalObjectStorage;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'objects-'));
    storage = new LocalObjectStorage(join(directory, 'objects'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const bytes = Buffer.from([0, 255, 10, 13, 128]);

  it('gives back every byte, also to another process', async () => {
    const { uri, sha256, sizeBytes } = await storage.put(bytes);

    expect({ sha256, sizeBytes }).toEqual({ sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: 5 });
    const other = new LocalObjectStorage(join(directory, 'objects'));
    expect(await buffer(await other.get(uri))).toEqual(bytes);
  });

  it('stores a file under the same name as its bytes, once, and leaves nothing unfinished', async () => {
    const large = Buffer.alloc(300_000, 'abc');
    await writeFile(join(directory, 'large'), large);

    const stored = await Promise.all([storage.put(large), storage.put({ file: join(directory, 'large') })]);

    expect(stored[1]).toEqual(stored[0]);
    expect(await buffer(await storage.get(stored[1].uri))).toEqual(large);
    const files = await readdir(join(directory, 'objects'), { recursive: true, withFileTypes: true });
    expect(files.filter((entry) => entry.isFile())).toHaveLength(1);
  });

  it('stores nothing as an object too', async () => {
    const { uri } = await storage.put(new Uint8Array());

    expect(await buffer(await storage.get(uri))).toHaveLength(0);
  });

  it.each([`sha256:${'0'.repeat(64)}`, 'sha256:../../etc/passwd', 'file:///etc/passwd'])('has no %s', async (uri) => {
    await expect(storage.get(uri)).rejects.toThrow(ObjectMissing);
  });
});
