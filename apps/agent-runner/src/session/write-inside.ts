import { lstat, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';

/**
 * Writes a file below a directory in which programs of others have worked and none runs: what is in its way is removed, for a link
 * could lead anywhere.
 */
export async function writeInside(root: string, path: string, text: string): Promise<void> {
  let place = root;
  for (const name of dirname(path)
    .split(sep)
    .filter((part) => part !== '.')) {
    place = join(place, name);
    if ((await lstat(place).catch(() => undefined))?.isDirectory()) continue;
    await rm(place, { force: true });
    await mkdir(place);
  }
  const file = join(root, path);
  await rm(file, { recursive: true, force: true });
  await writeFile(file, text, { flag: 'wx' });
}
