import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const ROOT = join(__dirname, '../..');

const specs = ['apps', 'libs', 'tools'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.spec.ts') && !path.includes('node_modules'))
    .map((path) => join(ROOT, folder, path)),
);

/** The rows of all tables, without their heads. */
const rows = readFileSync(join(ROOT, 'docs/differences.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\| *(?:defect\b|-)/.test(line))
  .map((line) =>
    line
      .slice(1, -1)
      .split(' | ')
      .map((cell) => cell.trim()),
  );

const shown = rows.flatMap(([, , cell = '']) =>
  cell === 'none' ? [] : cell.split('; ').map((one) => /^`([\w.-]+)`(?:: (.+))?$/.exec(one) ?? [one]),
);

describe('docs/differences.md', () => {
  it('says of each defect what is here, and what shows it', () => {
    expect(rows.length).toBeGreaterThan(60);
    for (const cells of rows) {
      expect(cells).toHaveLength(3);
      expect(cells).not.toContain('');
      if (cells[2] === 'none') expect(cells[1]).toContain('not here yet');
    }
  });

  it.each(shown.map(([text, file, title]) => ({ text, file, title })))(
    'names a spec: $text',
    ({ file = '', title }) => {
      const texts = specs
        .filter((path) => basename(path, '.spec.ts') === file)
        .map((path) => readFileSync(path, 'utf8'));
      expect(texts).not.toEqual([]);
      if (title !== undefined) expect(texts.some((text) => text.includes(title))).toBe(true);
    },
  );
});
