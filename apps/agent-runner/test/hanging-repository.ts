import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** A repository that never arrives: git waits for ever for the one who writes into its HEAD. Answers where it lies. */
export function hangingRepository(directory: string, name: string): string {
  const repository = join(directory, name);
  for (const part of ['objects', 'refs']) mkdirSync(join(repository, part), { recursive: true });
  spawnSync('sh', ['-c', 'exec mkfifo "$0"', join(repository, 'HEAD')]);
  return repository;
}
