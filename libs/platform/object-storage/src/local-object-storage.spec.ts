import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalObjectStorage } from './local-object-storage';
import { testObjectStorage } from './testing/object-storage-contract';
import { testParts } from './testing/part-contract';
import { testRemoval } from './testing/removal-contract';
import { testSeenFiles } from './testing/seen-file-contract';

describe('local object storage', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'objects-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const open = () => new LocalObjectStorage(join(directory, 'objects'));

  testObjectStorage(open);
  testParts(open);
  testSeenFiles(open);
  testRemoval(open);

  it('stores the same bytes once, and leaves no incomplete file', async () => {
    const storage = open();
    await writeFile(join(directory, 'file'), 'the same');

    await Promise.all([storage.put(Buffer.from('the same')), storage.put({ file: join(directory, 'file') })]);

    const files = await readdir(join(directory, 'objects'), { recursive: true, withFileTypes: true });
    expect(files.filter((entry) => entry.isFile())).toHaveLength(1);
  });
});
