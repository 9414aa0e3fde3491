import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeDirectory, scratchDirectory } from './scratch-directory';

const asRoot = process.geteuid?.() === 0 ? it : it.skip;

describe('removeDirectory', () => {
  it('removes directories nested deeper than a call stack', () => {
    const directory = scratchDirectory();
    for (const part of ['1', '2', '3']) nestThousandDirectories(directory, part);

    removeDirectory(directory);

    expect(existsSync(directory)).toBe(false);
  });

  asRoot('unmounts what is mounted below, inner mounts first', () => {
    const directory = scratchDirectory();
    for (const point of [join(directory, 'outer'), join(directory, 'outer', 'inner')]) {
      mkdirSync(point);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', point]);
      writeFileSync(join(point, 'file'), '');
    }

    removeDirectory(directory);

    expect(existsSync(directory)).toBe(false);
  });
});

/** Moves the earlier parts to the new bottom: a path to it from the top would be longer than the kernel accepts. */
function nestThousandDirectories(root: string, part: string): void {
  const bottom = join(root, part, ...Array.from({ length: 1_000 }, () => 'd'));
  mkdirSync(bottom, { recursive: true });
  const earlier = join(root, String(Number(part) - 1));
  if (existsSync(earlier)) renameSync(earlier, join(bottom, 'earlier'));
}
