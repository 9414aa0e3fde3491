#!/usr/bin/env node
// Compiles apps, libs and tools into dist/, file by file, and only files that are newer than their output.
// Types are checked by `npm run typecheck` alone, so a build takes a second.
import { transformFile } from '@swc/core';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const out = join(root, 'dist');
const { compilerOptions } = JSON.parse(await readFile(join(root, 'tsconfig.base.json'), 'utf8'));

const UNFINISHED = '.new';

const swc = {
  cwd: root,
  swcrc: false,
  sourceMaps: true,
  module: { type: 'commonjs' },
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    baseUrl: root,
    paths: compilerOptions.paths,
    keepClassNames: true,
  },
};

const modified = (path) =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );

const sources = (await Promise.all(['apps', 'libs', 'tools'].map((folder) => files(join(root, folder))))).flat();
const settings = Math.max(
  await modified(fileURLToPath(import.meta.url)),
  await modified(join(root, 'tsconfig.base.json')),
);
const wanted = new Set();
let compiled = 0;

for (const source of sources) {
  const isScript = source.endsWith('.ts') && !source.endsWith('.spec.ts') && !source.endsWith('.d.ts');
  const isAsset = source.endsWith('.sql') || source.endsWith('.html') || source.endsWith('.yaml');
  if (!isScript && !isAsset) continue;

  const target = join(out, relative(root, isScript ? source.replace(/\.ts$/, '.js') : source));
  wanted.add(target).add(`${target}.map`);
  if ((await modified(target)) > Math.max(await modified(source), settings)) continue;

  await mkdir(dirname(target), { recursive: true });
  compiled++;
  if (isAsset) {
    await replace(target, (fresh) => copyFile(source, fresh));
    continue;
  }
  const { code, map } = await transformFile(source, swc);
  const script = `${code}\n//# sourceMappingURL=${target.split('/').pop()}.map\n`;
  await replace(`${target}.map`, (fresh) => writeFile(fresh, map));
  await replace(target, (fresh) => writeFile(fresh, script));
}

const isStale = (path) => !wanted.has(path) && !path.endsWith(UNFINISHED);
for (const path of await files(out)) if (isStale(path)) await rm(path, { force: true });
console.log(`build: ${compiled} of ${sources.length} files compiled`);

/** Replaces the file in one step, so that a concurrent build or start reads the old file or the new one whole. */
async function replace(target, write) {
  const fresh = `${target}.${process.pid}${UNFINISHED}`;
  await write(fresh);
  await rename(fresh, target);
}

async function files(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}
