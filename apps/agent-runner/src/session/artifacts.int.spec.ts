import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useDirectory } from '../../test/workspace.fixture';
import { collectArtifacts } from './artifacts';

describe('the artifacts of an agent', () => {
  const directory = useDirectory();

  function workspace() {
    const root = mkdtempSync(join(directory.path, 'workspace-'));
    mkdirSync(join(root, 'artifacts/output/deep'), { recursive: true });
    return { root, output: join(root, 'artifacts/output') };
  }

  it('are all files below artifacts/output by name, empty ones included', async () => {
    const { root, output } = workspace();
    writeFileSync(join(output, 'b.txt'), '');
    writeFileSync(join(output, 'deep/a.txt'), 'a');

    await expect(collectArtifacts(root)).resolves.toMatchObject({
      files: [
        { path: 'b.txt', sizeBytes: 0 },
        { path: 'deep/a.txt', sizeBytes: 1 },
      ],
      leftOut: [],
      isTruncated: false,
    });
  });

  it('never include a file outside the workspace, by any kind of link', async () => {
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

    const { files, leftOut } = await collectArtifacts(root);
    expect(files.map(({ path }) => path)).toEqual(['linked']);
    expect(leftOut.map(({ path }) => path)).toEqual(['absolute', 'dangling', 'folder', 'loop', 'relative']);
  });

  it('are empty when the directory itself is a link or was removed', async () => {
    const { root, output } = workspace();
    rmSync(output, { recursive: true });
    await expect(collectArtifacts(root)).resolves.toMatchObject({ files: [], leftOut: [] });

    symlinkSync(directory.path, output);
    await expect(collectArtifacts(root)).resolves.toMatchObject({ files: [], leftOut: [{ path: '.' }] });
  });

  it('are read up to the maximum number of files', async () => {
    const { root, output } = workspace();
    for (const name of ['c', 'a', 'b']) writeFileSync(join(output, name), name);

    const [all, some] = await Promise.all([collectArtifacts(root, 3), collectArtifacts(root, 2)]);

    expect(all).toMatchObject({ files: [{ path: 'a' }, { path: 'b' }, { path: 'c' }], isTruncated: false });
    expect(some).toMatchObject({ files: [{ path: 'a' }, { path: 'b' }], isTruncated: true });
  });

  it('do not end at deep directories, whose overlong paths are left out', async () => {
    const { root, output } = workspace();
    const script = 'i=0; while [ $i -lt 600 ]; do mkdir aaaaaaaaa && cd aaaaaaaaa; i=$((i+1)); done; echo > deepest';
    spawnSync('sh', ['-c', script], { cwd: output });
    writeFileSync(join(output, 'flat'), 'flat');

    const { files, leftOut } = await collectArtifacts(root);
    spawnSync('rm', ['-rf', output]);

    expect(files.map(({ path }) => path)).toEqual(['flat']);
    expect(leftOut).toEqual([
      { path: expect.stringMatching(/^aaaaaaaaa/) as string, why: expect.stringContaining('512') as string },
    ]);
  });
});
