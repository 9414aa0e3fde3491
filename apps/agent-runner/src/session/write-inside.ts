import { lstatSync, mkdirSync, rmSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';

/**
 * Writes a file below a directory in which programs of others have worked and none runs: what is in its way is removed, for a link
 * could lead anywhere.
 */
export async function writeInside(root: string, path: string, text: string, mode = 0o644): Promise<void> {
  directoryInside(root, dirname(path));
  const file = join(root, path);
  await rm(file, { recursive: true, force: true });
  await writeFile(file, text, { flag: 'wx', mode });
}

/** Makes a directory in the same way, and keeps what is in it. */
export function directoryInside(root: string, path: string): string {
  let place = root;
  const names = path.split(sep).filter((part) => part !== '.');
  for (const name of names) {
    place = join(place, name);
    const entry = lstatSync(place, { throwIfNoEntry: false });
    if (entry?.isDirectory()) continue;
    if (entry) rmSync(place);
    mkdirSync(place);
  }
  return place;
}
