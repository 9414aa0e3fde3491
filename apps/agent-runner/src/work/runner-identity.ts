import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A runner's name lasts as long as its directory: what it has parked there, it alone can go on with. */
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
