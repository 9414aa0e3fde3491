import { lchownSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { User } from './unprivileged-user';

/** More entries are left to a program: its start takes as long as some hundred of them. */
const FEW = 100;
/** Longer paths are left to it as well: the kernel takes none above 4,096 bytes. */
const LONGEST_PATH = 2_048;

/** Gives a directory and all that is in it to the user, links and not their targets; false when there is too much for it. */
export function ownFew(root: string, { uid, gid }: User): boolean {
  const directories = [root];
  const found = [root];
  // The list grows by what is found in its directories.
  for (const directory of directories) {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (found.length > FEW || path.length > LONGEST_PATH) return false;
      found.push(path);
      if (entry.isDirectory()) directories.push(path);
    }
  }
  for (const path of found) lchownSync(path, uid, gid);
  return true;
}
