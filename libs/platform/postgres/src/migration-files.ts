import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The history of the schema, one file per migration. The build keeps both folders at the same paths in dist. */
const HISTORY = join(__dirname, '../../../../tools/migrations');

/** `0007-read.ts`, or `20261125T2130-invoice-v1.ts`: the UTC minute in which the file was made, then its subject. */
const MIGRATION_FILE = /^(\d{4}|\d{8}T\d{4})-([a-z0-9]+(?:-[a-z0-9]+)*)\.(?:ts|js)$/;

/** TypeORM orders migrations by the number in the last 13 characters of their names. */
const NUMBER_LENGTH = 13;

export type MigrationFile = Readonly<{
  file: string;
  /** As the database records it: `read-0000000000007`. */
  name: string;
  /** The last part of the name: two migrations never share it. */
  number: string;
}>;

/** The migrations of a folder, oldest first. File names suffice: services need not load TypeORM. */
export const migrationFiles = (folder = HISTORY): readonly MigrationFile[] =>
  readdirSync(folder)
    .flatMap((file) => migrationFile(file) ?? [])
    .sort((a, b) => Number(a.number) - Number(b.number));

/** Reads the name of a file; `undefined` for one that is not a migration. */
export function migrationFile(file: string): MigrationFile | undefined {
  const [, moment, subject] = MIGRATION_FILE.exec(file) ?? [];
  if (!moment || !subject) return undefined;

  const number = moment.replace('T', '').padStart(NUMBER_LENGTH, '0');
  return { file, name: `${subject}-${number}`, number };
}
