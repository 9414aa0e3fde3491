import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A folder of inputs that are not part of this repository, beside it or beside one of the folders around it. */
export function folderBeside(from: string, path: string): string | undefined {
  const folder = join(from, path);
  if (existsSync(folder)) return folder;
  return dirname(from) === from ? undefined : folderBeside(dirname(from), path);
}
