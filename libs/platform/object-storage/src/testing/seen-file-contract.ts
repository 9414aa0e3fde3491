import { execFileSync } from 'node:child_process';
import { appendFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { SourceChanged } from '../object-storage';
import { useStorage, type Open } from './sources';

const seenAt = async (file: string) => {
  const { dev: device, ino: inode, size: sizeBytes } = await stat(file);
  return { file, seen: { device, inode, sizeBytes } };
};

/** The tests of every object storage with files that change between the look at their size and the reading of their bytes. */
export function testSeenFiles(open: Open): void {
  const storage = useStorage(open);

  it('stores the bytes that a file had when it was looked at, though it has grown', async () => {
    const file = storage.pathOf('grown');
    await writeFile(file, 'then');
    const source = await seenAt(file);
    await appendFile(file, ' and now');

    const { uri, sizeBytes } = await storage.put(source);
    expect({ sizeBytes, text: String(await buffer(await storage.get(uri))) }).toEqual({ sizeBytes: 4, text: 'then' });
  });

  it.each([
    ['removed', (file: string) => rm(file)],
    ['cut', (file: string) => truncate(file, 2)],
    ['replaced by a link to another', (file: string) => rm(file).then(() => symlink('/etc/hostname', file))],
    ['replaced by a pipe', (file: string) => rm(file).then(() => execFileSync('sh', ['-c', 'exec mkfifo "$0"', file]))],
  ])('stores nothing of a file that was %s', async (_, change) => {
    const file = storage.pathOf('changed');
    await writeFile(file, 'then');
    const source = await seenAt(file);
    await change(file);

    await expect(storage.put(source)).rejects.toThrow(SourceChanged);
  });

  it('stops reading a file at the signal', async () => {
    const file = storage.pathOf('hole');
    await writeFile(file, '');
    await truncate(file, 2 ** 43);
    const ended = new AbortController();
    const stored = storage.put(await seenAt(file), ended.signal);
    setImmediate(() => {
      ended.abort(new Error('the session has ended'));
    });

    await expect(stored).rejects.toThrow('the session has ended');
  });
}
