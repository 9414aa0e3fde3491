import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The runner's name, created with its directory: only the runner of that name can continue the sessions parked there. */
export async function runnerIn(directory: string): Promise<string> {
  const file = join(directory, 'runner-id');
  await mkdir(directory, { recursive: true });
  const known = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (known !== '') return known;

  // Renamed in one step: a full disk would leave an empty name for ever.
  const name = `runner-${randomUUID()}`;
  await writeFile(`${file}.new`, name);
  await rename(`${file}.new`, file);
  return name;
}
