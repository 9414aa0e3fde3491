import { migrationFiles } from '@syntropic/postgres';
import { join } from 'node:path';
import type { Migration, MigrationClass } from './migration';

/** The migrations of a folder, oldest first. @throws Error naming the file that is not a proper migration */
export async function loadHistory(folder = __dirname): Promise<readonly MigrationClass[]> {
  const files = migrationFiles(folder);
  for (const [index, { file, number }] of files.entries()) {
    const before = files[index - 1];
    if (before?.number === number) throw new Error(`${before.file} and ${file} have the same number`);
  }
  return Promise.all(files.map(({ file, name }) => load(folder, file, name)));
}

/** Checks at run time as well: the build does not check types, and a recorded name cannot be taken back. */
async function load(folder: string, file: string, name: string): Promise<MigrationClass> {
  const exported: unknown = await import(join(folder, file));
  const [migration, ...others] = Object.values(exported ?? {}) as readonly unknown[];
  if (!isMigrationClass(migration) || others.length > 0) {
    throw new Error(`${file} must export one migration and nothing else`);
  }
  const declared: Partial<Migration> = new migration();
  if (declared.name !== name) throw new Error(`${file} must be recorded as ${name}, not as ${String(declared.name)}`);
  if (declared.kind !== 'expanding' && declared.kind !== 'contracting') {
    throw new Error(`${file} must declare its kind, expanding or contracting`);
  }
  return migration;
}

const isMigrationClass = (value: unknown): value is MigrationClass =>
  typeof value === 'function' && typeof (value.prototype as Partial<Migration> | undefined)?.up === 'function';
