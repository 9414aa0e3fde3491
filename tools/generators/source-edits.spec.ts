import { withElement, withImport, withReexport, withSection } from './source-edits';

describe('an element', () => {
  it.each([
    ['export const ALL = [];', 'export const ALL = [last];'],
    ['export const ALL = [one];', 'export const ALL = [one, last];'],
    ['export const ALL = [\n  one,\n] as const;', 'export const ALL = [\n  one, last,\n] as const;'],
    ['export const ALL = [one].flat();', 'export const ALL = [one, last].flat();'],
    ['const m = context({ ALL: [one], handlers: [] });', 'const m = context({ ALL: [one, last], handlers: [] });'],
    [
      'const OTHER = [];\nconst ALL: readonly X[] = [one];',
      'const OTHER = [];\nconst ALL: readonly X[] = [one, last];',
    ],
  ])('comes last in %j', (before, after) => {
    expect(withElement(before, 'ALL', 'last')).toBe(after);
  });

  it('is refused twice, and where there is no list', () => {
    expect(() => withElement('const ALL = [last];', 'ALL', 'last')).toThrow('ALL has last already');
    expect(() => withElement('const OTHER = [];', 'ALL', 'last')).toThrow('no array is declared as ALL');
  });
});

describe('an import', () => {
  const text = `import { Module } from '@nestjs/common';\nimport { alpha, omega } from '@syntropic/a';\nimport { x } from './x';\n`;

  it.each([
    ['@syntropic/a', `import { alpha, made, omega } from '@syntropic/a';`],
    ['@syntropic/b', `'@syntropic/a';\nimport { made } from '@syntropic/b';\n`],
    ['@nestjs/core', `'@nestjs/common';\nimport { made } from '@nestjs/core';\n`],
    ['./w', `'@syntropic/a';\nimport { made } from './w';\nimport { x }`],
    ['./y', `'./x';\nimport { made } from './y';\n`],
  ])('from %s is found', (from, expected) => {
    expect(withImport(text, 'made', from)).toContain(expected);
  });

  it('of types is another one', () => {
    expect(withImport(`import type { T } from './a';\n`, 'made', './a')).toContain(`import { made } from './a';`);
  });

  it('is the first, or is there already', () => {
    expect(withImport('go();\n', 'made', './a')).toBe(`import { made } from './a';\ngo();\n`);
    expect(withImport(text, 'x', './x')).toBe(text);
  });
});

it('an export from another file comes after imports and exports', () => {
  const first = withReexport('', ['one'], './one');
  const second = withReexport(first, ['two'], './two');

  expect(second.trim().split('\n')).toEqual([`export { one } from './one';`, `export { two } from './two';`]);
  expect(withReexport(`import { one } from './one';\n\nexport const all = [one];\n`, ['one'], './one')).toBe(
    `import { one } from './one';\n\nexport { one } from './one';\n\n\nexport const all = [one];\n`,
  );
});

it('a section comes before the heading', () => {
  expect(withSection('# A\n\n## Last\n', '## New\n', '## La')).toBe('# A\n\n## New\n\n## Last\n');
  expect(withSection('## Last\n', '## New\n', '## La')).toBe('## New\n\n## Last\n');
  expect(() => withSection('# A\n', '## New\n', '## La')).toThrow('no line begins with "## La"');
});
