import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Creates a repository that can never be cloned, because its HEAD is a pipe without a writer. Returns its path. */
export function hangingRepository(directory: string, name: string): string {
  const repository = join(directory, name);
  for (const part of ['objects', 'refs']) mkdirSync(join(repository, part), { recursive: true });
  spawnSync('sh', ['-c', 'exec mkfifo "$0"', join(repository, 'HEAD')]);
  return repository;
}
