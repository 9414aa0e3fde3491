import { removeDirectory, scratchDirectory } from '@syntropic/testing';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { generateLibrary } from './library';

let root: string;
beforeEach(() => {
  root = scratchDirectory();
});
afterEach(() => {
  removeDirectory(root);
});

describe('a generated library', () => {
  it.each(['billing/contracts', 'billing/read-model', 'platform/billing'])(
    '%s is its index and nothing else',
    (which) => {
      expect(generateLibrary(root, which)).toEqual([`libs/${which}/src/index.ts`]);

      expect(readdirSync(join(root, 'libs', which), { recursive: true })).toEqual(['src', 'src/index.ts']);
    },
  );
});

describe('refused', () => {
  it('is a library that exists, or is none', () => {
    generateLibrary(root, 'billing/domain');

    expect(() => generateLibrary(root, 'billing/domain')).toThrow('exists already');
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
