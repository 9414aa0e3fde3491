import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The runner's name, created with its directory: only the runner of that name can continue the sessions parked there. */
export async function runnerIn(directory: string): Promise<string> {
  const file = join(directory, 'runner-id');
  await mkdir(directory, { recursive: true });
  try {
    await writeFile(file, `runner-${randomUUID()}`, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFile(file, 'utf8');
}
