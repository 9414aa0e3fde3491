import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Only root mounts; specs that need a small volume are skipped by name elsewhere. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0;

const BLOCK = Buffer.alloc(64 * 1024);

/** A file system of its own with this many MiB, mounted at the path; `removeDirectory` of a directory around it unmounts it. */
export function mountSmallVolume(path: string, megabytes: number) {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs', path]);
  const filler = join(path, 'filler');
  return {
    /** Uses all of its room. */
    fill(): void {
      try {
        for (;;) appendFileSync(filler, BLOCK);
      } catch (error) {
        // Node's errors are of another realm than those of a spec.
        const isFull = typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOSPC';
        if (!isFull) throw error;
      }
    },
    makeRoom(): void {
      rmSync(filler);
    },
  };
}
