import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { ObjectMissing } from '../object-storage';
import { useStorage, type Open } from './sources';

/** The tests of every object storage. The factory opens the same storage each time, like another process. */
export function testObjectStorage(open: Open): void {
  const storage = useStorage(open);

  const bytes = Buffer.from([0, 255, 10, 13, 128]);

  it('returns every byte, also to another process', async () => {
    const { uri, sha256, sizeBytes } = await storage.put(bytes);

    expect({ sha256, sizeBytes }).toEqual({ sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: 5 });
    const other = await open();
    expect(await buffer(await other.get(uri))).toEqual(bytes);
  });

  it('stores a file under the same name as its bytes', async () => {
    const large = Buffer.alloc(6_000_000, 'abc');
    await writeFile(storage.pathOf('large'), large);

    const stored = await Promise.all([storage.put(large), storage.put({ file: storage.pathOf('large') })]);

    expect(stored[1]).toEqual(stored[0]);
    expect((await buffer(await storage.get(stored[1].uri))).equals(large)).toBe(true);
  });

  it('accepts bytes that are stored already', async () => {
    const { uri } = await storage.put(bytes);

    expect(await storage.put(bytes)).toMatchObject({ uri });
    expect(await buffer(await storage.get(uri))).toEqual(bytes);
  });

  it('stores an empty object', async () => {
    await writeFile(storage.pathOf('empty'), '');
    const { uri } = await storage.put({ file: storage.pathOf('empty') });

    expect(await buffer(await storage.get(uri))).toHaveLength(0);
  });

  it('can be read partially', async () => {
    const { uri } = await storage.put(Buffer.alloc(3_000_000));

    (await storage.get(uri)).destroy();
    expect(await buffer(await storage.get(uri))).toHaveLength(3_000_000);
  });

  it('does not store a missing file', async () => {
    await expect(storage.put({ file: storage.pathOf('none') })).rejects.toThrow('ENOENT');
  });

  it.each([`sha256:${'0'.repeat(64)}`, 'sha256:../../etc/passwd', 'file:///etc/passwd'])('has no %s', async (uri) => {
    await expect(storage.get(uri)).rejects.toThrow(ObjectMissing);
  });
}
