import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A context has at most one library of each kind. */
const PARTS = ['contracts', 'domain', 'application', 'read-model'] as const;

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const SETTINGS = 'tsconfig.base.json';

/**
 * Makes a library of a context, or of the platform, where there is none: `orchestration/contracts`, `platform/billing`.
 * @returns what was written, relative to the root
 */
export function generateLibrary(root: string, which: string): readonly string[] {
  const library = libraryOf(which);
  if (existsSync(join(root, library.folder))) throw new Error(`${library.folder} is there already`);

  const files = filesOf(library);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  writeFileSync(join(root, SETTINGS), withPath(readFileSync(join(root, SETTINGS), 'utf8'), library));
  return [...Object.keys(files), SETTINGS];
}

type Library = Readonly<{ folder: string; name: string; importName: string; tags: readonly string[] }>;

function libraryOf(which: string): Library {
  const [scope = '', part = '', ...more] = which.split('/');
  const isNamed = NAME.test(scope) && NAME.test(part) && more.length === 0;
  const isPart = (PARTS as readonly string[]).includes(part);
  if (!isNamed || (scope !== 'platform' && !isPart)) {
    throw new Error(`a library is <context>/${PARTS.join('|')} or platform/<name>, not "${which}"`);
  }

  const folder = `libs/${scope}/${part}`;
  if (scope === 'platform') {
    return { folder, name: part, importName: `@syntropic/${part}`, tags: ['scope:platform', 'type:platform'] };
  }
  const tags = [`scope:${scope}`, `type:${part}`];
  return { folder, name: `${scope}-${part}`, importName: `@syntropic/${scope}/${part}`, tags };
}

const filesOf = ({ folder, name, tags }: Library): Readonly<Record<string, string>> => ({
  [`${folder}/project.json`]: `{
  "name": "${name}",
  "projectType": "library",
  "sourceRoot": "${folder}/src",
  "tags": [${tags.map((tag) => `"${tag}"`).join(', ')}],
  "targets": { "typecheck": {} }
}
`,
  [`${folder}/tsconfig.json`]: `{ "extends": "../../../tsconfig.base.json", "include": ["src"] }\n`,
  [`${folder}/jest.config.cjs`]: `module.exports = { preset: '../../../jest.preset.js', displayName: '${name}' };\n`,
  [`${folder}/src/index.ts`]: '',
});

/** Beside the other libraries of its scope, where there are some. The rest of the file stays as its authors wrote it. */
function withPath(settings: string, { folder, importName }: Library): string {
  const lines = settings.split('\n');
  const paths = lines.findIndex((line) => line.includes('"paths": {'));
  const end = lines.findIndex((line, index) => index > paths && line.trim() === '}');
  if (paths < 0 || end < 0) throw new Error(`${SETTINGS} has no paths`);

  const neighbour = lines.findLastIndex((line) => line.includes(`"./${dirname(folder)}/`));
  const at = neighbour < 0 ? end : neighbour + 1;
  const entry = `      "${importName}": ["./${folder}/src/index.ts"]`;
  const isLast = at === end;
  const before = lines.slice(0, at);
  if (isLast && at > paths + 1) before.push(`${before.pop() ?? ''},`);
  return [...before, isLast ? entry : `${entry},`, ...lines.slice(at)].join('\n');
}
