import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The libraries of a context. */
const PARTS = ['contracts', 'domain', 'application', 'read-model'] as const;

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * Creates a library of a context, or of the platform: `orchestration/contracts`, `platform/billing`. Its name, tags and
 * import path follow from its folder.
 * @returns the files written, relative to the root
 */
export function generateLibrary(root: string, which: string): readonly string[] {
  const folder = folderOf(which);
  if (existsSync(join(root, folder))) throw new Error(`${folder} exists already`);

  const index = `${folder}/src/index.ts`;
  mkdirSync(join(root, folder, 'src'), { recursive: true });
  writeFileSync(join(root, index), '');
  return [index];
}

function folderOf(which: string): string {
  const [scope = '', part = '', ...more] = which.split('/');
  const isNamed = NAME.test(scope) && NAME.test(part) && more.length === 0;
  const isPart = (PARTS as readonly string[]).includes(part);
  if (!isNamed || (scope !== 'platform' && !isPart)) {
    throw new Error(`a library is <context>/${PARTS.join('|')} or platform/<name>, not "${which}"`);
  }
  return `libs/${scope}/${part}`;
}
