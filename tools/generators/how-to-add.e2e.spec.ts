import { removeDirectory, scratchDirectory } from '@syntropic/testing';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '../..');
const run = promisify(execFile);

/** A check of the whole repository, on a machine that does much else. */
const CHECK_MS = 600_000;

/** The commands of the README's section, in their order. */
const COMMANDS = [
  ...(
    /## How to add[\s\S]*?```sh\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))?.[1] ?? ''
  ).matchAll(/^npm run generate -- (.+)$/gm),
].map(([, words = '']) => words.split(' '));

let copy: string;
const written: string[] = [];

/** Runs a tool in the copy, and answers its output; a failure throws with it. */
async function inCopy(command: string, ...args: readonly string[]): Promise<string> {
  const env = { ...process.env, NX_DAEMON: 'false', NODE_OPTIONS: '', CI: '', SYN_TEST_POSTGRES: '' };
  try {
    const { stdout } = await run(command, args, { cwd: copy, env, maxBuffer: 64 * 2 ** 20 });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`, { cause: error });
  }
}

const tool = (name: string, ...args: readonly string[]) => inCopy(join(copy, 'node_modules/.bin', name), ...args);

beforeAll(async () => {
  copy = scratchDirectory();
  const { stdout } = await run('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: ROOT,
    maxBuffer: 2 ** 24,
  });
  for (const file of stdout.split('\0').filter(Boolean)) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(ROOT, file), join(copy, file));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  await run('git', ['init', '-q'], { cwd: copy });

  await inCopy('node', 'tools/build/build.mjs');
  for (const words of COMMANDS) {
    const output = await inCopy('node', 'dist/tools/generators/main.js', ...words);
    written.push(...output.split('\n').filter((line) => line.endsWith('.ts') || line.endsWith('.md')));
  }
});
afterAll(() => {
  removeDirectory(copy);
});

describe('what the README says about adding', () => {
  it('makes a context, an aggregate, a read model and endpoints', () => {
    expect(new Set(COMMANDS.map(([kind]) => kind))).toEqual(
      new Set(['context', 'aggregate', 'read-model', 'endpoint']),
    );
    expect(written.length).toBeGreaterThan(10);
  });

  it(
    'compiles',
    async () => {
      await tool('tsc', '--noEmit', '-p', 'tsconfig.json');
    },
    CHECK_MS,
  );

  it(
    'is formatted, keeps the lint rules and leaves nothing unused',
    async () => {
      const files = [...new Set(written)];
      await tool('prettier', '--check', ...files);
      await tool('nx', 'show', 'projects');
      await tool('eslint', '--max-warnings', '0', ...files.filter((file) => file.endsWith('.ts')));
      await tool('knip');
      await tool('depcruise', '--config', '.dependency-cruiser.cjs', 'apps', 'libs', 'tools');
    },
    CHECK_MS,
  );

  it('passes its own specs and those of the lists', async () => {
    const specs = written.filter((file) => file.endsWith('.spec.ts'));
    expect(specs).toHaveLength(5);

    await tool(
      'jest',
      '--selectProjects',
      'workspace',
      '--maxWorkers=1',
      ...specs,
      'tools/architecture/(contexts|events)',
      'tools/generators/events-document',
    );
  });

  it('fails when a read model is not in the list that the worker runs', async () => {
    const list = join(copy, 'libs/catalogue/read-model/src/index.ts');
    const before = readFileSync(list, 'utf8');
    writeFileSync(list, before.replace(/^ {2}invoiceProjection,\n/m, ''));

    const lists = tool('jest', '--selectProjects', 'workspace', '--maxWorkers=1', 'tools/architecture/contexts');
    await expect(lists).rejects.toThrow(/have every read model[\s\S]*invoice/);
    writeFileSync(list, before);
  });
});
