import { removeDirectory, scratchDirectory } from '@syntropic/testing';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { generateLibrary } from './library';

const ROOT = join(__dirname, '../..');
const EXISTING = 'libs/orchestration/contracts';

let root: string;
beforeEach(() => {
  root = scratchDirectory();
  cpSync(join(ROOT, 'tsconfig.base.json'), join(root, 'tsconfig.base.json'));
});
afterEach(() => {
  removeDirectory(root);
});

const read = (file: string, from = root) => readFileSync(join(from, file), 'utf8');
const json = (file: string, from?: string): unknown => ts.parseConfigFileTextToJson(file, read(file, from)).config;
const paths = () => (json('tsconfig.base.json') as { compilerOptions: { paths: object } }).compilerOptions.paths;

describe('a generated library', () => {
  it('is what the ones written by hand are', () => {
    const renamed = (text: string) => text.replaceAll('billing', 'orchestration');
    expect(generateLibrary(root, 'billing/contracts')).toContain('libs/billing/contracts/src/index.ts');

    for (const file of ['project.json', 'tsconfig.json', 'jest.config.cjs']) {
      expect(renamed(read(`libs/billing/contracts/${file}`))).toBe(read(`${EXISTING}/${file}`, ROOT));
    }
    expect(readdirSync(join(root, 'libs/billing/contracts/src'))).toEqual(['index.ts']);
  });

  it.each([
    ['billing/read-model', '@syntropic/billing/read-model', 'scope:billing', 'type:read-model'],
    ['billing/domain', '@syntropic/billing/domain', 'scope:billing', 'type:domain'],
    ['platform/billing', '@syntropic/billing', 'scope:platform', 'type:platform'],
  ])('%s is imported as %s and tagged', (which, importName, ...tags) => {
    generateLibrary(root, which);

    expect(paths()).toMatchObject({ [importName]: [`./libs/${which}/src/index.ts`] });
    expect(json(`libs/${which}/project.json`)).toMatchObject({ tags });
  });

  it('leaves every other path as it was', () => {
    const before = paths();
    generateLibrary(root, 'billing/domain');
    generateLibrary(root, 'billing/application');
    generateLibrary(root, 'platform/billing');

    const after = paths();
    expect(after).toMatchObject(before);
    expect(Object.keys(after)).toHaveLength(Object.keys(before).length + 3);
  });
});

describe('what is refused', () => {
  it('is a library that is there, or is none', () => {
    generateLibrary(root, 'billing/domain');

    expect(() => generateLibrary(root, 'billing/domain')).toThrow('is there already');
    for (const which of [
      'billing',
      'billing/utils',
      'Billing/domain',
      '../domain',
      'billing/domain/more',
      'platform/',
    ]) {
      expect(() => generateLibrary(root, which)).toThrow('a library is');
    }
  });
});
