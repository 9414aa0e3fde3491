import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
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
        { path: 'b.txt', seen: { sizeBytes: 0 } },
        { path: 'deep/a.txt', seen: { sizeBytes: 1 } },
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

    const [all, some] = await Promise.all([collectArtifacts(root, { files: 3 }), collectArtifacts(root, { files: 2 })]);

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

  it('are refused by size before any byte is read, a hole of terabytes like one above the disk of its workspace', async () => {
    const { root, output } = workspace();
    for (const [name, size] of [
      ['kept', 16],
      ['hole', 2 ** 43],
      ['large', 1024 ** 3 + 1],
    ] as const) {
      writeFileSync(join(output, name), '');
      truncateSync(join(output, name), size);
    }

    const { files, tooLarge } = await collectArtifacts(root);
    expect(files.map(({ path }) => path)).toEqual(['kept']);
    expect(tooLarge).toEqual([
      { path: 'hole', why: 'it has 8,388,608 MiB, above the limit of a file: 1,024 MiB' },
      { path: 'large', why: 'it has 1,024.1 MiB, above the limit of a file: 1,024 MiB' },
    ]);
    await expect(collectArtifacts(root, { diskBytes: 8 })).resolves.toMatchObject({ files: [] });
  });

  it('are refused by their sizes together, where links to one file take the disk once', async () => {
    const { root, output } = workspace();
    writeFileSync(join(output, 'a'), Buffer.alloc(1_000));
    for (const name of ['b', 'c']) linkSync(join(output, 'a'), join(output, name));

    const [fitting, exceeding] = await Promise.all([
      collectArtifacts(root, { diskBytes: 1_500 }),
      collectArtifacts(root, { totalBytes: 2_500 }),
    ]);
    expect(fitting).toMatchObject({ files: [{ path: 'a' }, { path: 'b' }, { path: 'c' }], tooLarge: [] });
    expect(exceeding).toMatchObject({ files: [{ path: 'a' }, { path: 'b' }], tooLarge: [{ path: 'c' }] });
  });

  it('include no pipe and no socket, and end at the signal', async () => {
    const { root, output } = workspace();
    spawnSync('sh', ['-c', 'exec mkfifo "$0"', join(output, 'pipe')]);
    const server = createServer().listen(join(output, 'socket'));
    await once(server, 'listening');
    writeFileSync(join(output, 'file'), '');

    const { files, leftOut } = await collectArtifacts(root);
    server.close();
    expect(files.map(({ path }) => path)).toEqual(['file']);
    expect(leftOut.map(({ path }) => path)).toEqual(['pipe', 'socket']);
    await expect(collectArtifacts(root, {}, AbortSignal.abort())).resolves.toMatchObject({ isTruncated: true });
  });
});
