import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostShell } from './host-shell';
import { removeTree } from './remove-tree';

const NOBODY = 65_534;
const PREFIX = join(tmpdir(), 'remove-tree-spec-');

const itAsRoot = process.geteuid?.() === 0 ? it : it.skip;

/** As an ordinary user also where the spec runs as root, who may enter any directory. */
async function unprivileged(work: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(NOBODY);
  try {
    await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

describe('a directory that an agent has left', () => {
  it('is removed though it is deeper than any path is long', async () => {
    const root = mkdtempSync(PREFIX);
    const script = 'i=0; while [ $i -lt 3000 ]; do mkdir dd && cd dd; i=$((i+1)); done';
    expect(spawnSync('sh', ['-c', script], { cwd: root }).status).toBe(0);

    await removeTree(root);
    expect(existsSync(root)).toBe(false);
  });

  it('is removed by an ordinary user though nobody has a right to it, and links are not followed', async () => {
    const [root, outside] = [mkdtempSync(PREFIX), mkdtempSync(PREFIX)];
    const closed = join(root, 'closed');
    mkdirSync(join(closed, 'inner'), { recursive: true });
    writeFileSync(join(closed, 'inner', 'file'), '');
    spawnSync('ln', ['-s', outside, join(closed, 'link')]);
    if (process.geteuid?.() === 0) spawnSync('chown', ['-R', '-h', String(NOBODY), root]);
    chmodSync(outside, 0o700);
    for (const path of [join(closed, 'inner'), closed]) chmodSync(path, 0);

    await unprivileged(() => removeTree(closed, new HostShell()));
    expect(existsSync(closed)).toBe(false);
    expect(existsSync(outside)).toBe(true);
    await Promise.all([root, outside].map((path) => removeTree(path)));
  });

  itAsRoot('says so when it cannot be removed, without its path', async () => {
    const root = mkdtempSync(PREFIX);
    mkdirSync(join(root, 'kept', 'inner'), { recursive: true });
    chmodSync(join(root, 'kept'), 0o500);
    await expect(unprivileged(() => removeTree(join(root, 'kept'), new HostShell()))).rejects.toThrow(
      /^a directory cannot be removed$/,
    );

    await removeTree(root);
  });
});
