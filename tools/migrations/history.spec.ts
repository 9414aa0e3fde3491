import { migrationFiles } from '@syntropic/postgres';
import { removeDirectory, scratchDirectory } from '@syntropic/testing';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadHistory } from './history';

/** Later files carry the UTC minute in which they were made, so that two branches choose different names. */
const NUMBERED = 14;

describe('the history', () => {
  const files = migrationFiles();

  it('is every numbered file of the folder', () => {
    const numbered = readdirSync(__dirname).filter((file) => /^\d/.test(file));

    expect(files.map(({ file }) => file)).toEqual(numbered.sort());
  });

  it('has one migration in each file, under the name of the file', async () => {
    expect((await loadHistory()).map((Known) => new Known().name)).toEqual(files.map(({ name }) => name));
  });

  it('goes on with UTC minutes', () => {
    const minutes = files.slice(NUMBERED).map(({ file }) => file.slice(0, '20261125T2130'.length));

    const read = minutes.map((minute) =>
      minute.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:00.000Z'),
    );
    expect(read.map((instant) => new Date(instant).toISOString())).toEqual(read);
  });
});

describe('a folder of migrations', () => {
  let folder: string;
  beforeEach(() => {
    folder = scratchDirectory();
  });
  afterEach(() => {
    removeDirectory(folder);
  });

  const write = (file: string, { name = '', kind = 'expanding' }: { name?: string; kind?: string }) => {
    const text = `export class Made { name = '${name}'; kind = '${kind}'; async up() {} async down() {} }\n`;
    writeFileSync(join(folder, file), text);
  };
  const orders = { name: 'orders-0202611252130' };

  it('is loaded oldest first, whatever else lies there', async () => {
    write('20261125T2131-order-lines.ts', { name: 'order-lines-0202611252131' });
    write('20261125T2130-orders.ts', orders);
    write('0007-read.ts', { name: 'read-0000000000007' });
    for (const file of ['index.ts', '20261125T2132-orders.spec.ts', '20261125T2130-orders.ts.map', 'orders.sql']) {
      writeFileSync(join(folder, file), '');
    }

    const names = (await loadHistory(folder)).map((Known) => new Known().name);
    expect(names).toEqual(['read-0000000000007', 'orders-0202611252130', 'order-lines-0202611252131']);
  });

  it('is refused when two migrations have one number', async () => {
    write('20261125T2130-orders.ts', orders);
    write('20261125T2130-invoices.ts', { name: 'invoices-0202611252130' });

    await expect(loadHistory(folder)).rejects.toThrow('have the same number');
  });

  it.each([
    ['a migration is recorded under another name', { name: 'order-0202611252130' }, 'as orders-0202611252130, not as'],
    ['a migration declares no kind', { ...orders, kind: '' }, 'must declare its kind'],
  ])('is refused when %s', async (_, declared, reason) => {
    write('20261125T2130-orders.ts', declared);

    await expect(loadHistory(folder)).rejects.toThrow(reason);
  });

  it.each([
    ['nothing', ''],
    ['something else', 'export const orders = 1;'],
    ['two migrations', ['One', 'Two'].map((name) => `export class ${name} { async up() {} }`).join('\n')],
  ])('is refused when a file exports %s', async (_, text) => {
    writeFileSync(join(folder, '20261125T2130-orders.ts'), text);

    await expect(loadHistory(folder)).rejects.toThrow('must export one migration');
  });
});
