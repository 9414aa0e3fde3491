import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useDirectory } from '../../test/bench';
import { collectArtifacts } from './artifacts';

describe('what an agent left', () => {
  const directory = useDirectory();

  function workspace() {
    const root = mkdtempSync(join(directory.path, 'workspace-'));
    mkdirSync(join(root, 'artifacts/output/deep'), { recursive: true });
    return { root, output: join(root, 'artifacts/output') };
  }

  it('is every file below artifacts/output, also an empty one, by name', async () => {
    const { root, output } = workspace();
    writeFileSync(join(output, 'b.txt'), '');
    writeFileSync(join(output, 'deep/a.txt'), 'a');

    await expect(collectArtifacts(root)).resolves.toMatchObject({
      files: [
        { path: 'b.txt', sizeBytes: 0 },
        { path: 'deep/a.txt', sizeBytes: 1 },
      ],
      refused: [],
    });
  });

  it('never is a file outside, however it is linked', async () => {
    const { root, output } = workspace();
    const secret = join(directory.path, 'secret');
    writeFileSync(secret, 'secret');
    symlinkSync(secret, join(output, 'absolute'));
    symlinkSync('../../../secret', join(output, 'relative'));
    symlinkSync(directory.path, join(output, 'folder'));
    symlinkSync('nowhere', join(output, 'dangling'));
    symlinkSync('loop', join(output, 'loop'));
    writeFileSync(join(root, 'inside'), 'inside');
    symlinkSync('../../inside', join(output, 'linked'));

    const { files, refused } = await collectArtifacts(root);
    expect(files.map(({ path }) => path)).toEqual(['linked']);
    expect(refused).toEqual(['absolute', 'dangling', 'folder', 'loop', 'relative']);
  });

  it('is nothing when the directory itself is a link or was removed', async () => {
    const { root, output } = workspace();
    rmSync(output, { recursive: true });
    await expect(collectArtifacts(root)).resolves.toEqual({ files: [], refused: [] });

    symlinkSync(directory.path, output);
    await expect(collectArtifacts(root)).resolves.toEqual({ files: [], refused: ['.'] });
  });
});
