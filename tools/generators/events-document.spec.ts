import { CONTRACTS } from '@syntropic/catalogue/contracts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVENTS_DOCUMENT, withContracts } from './events-document';

const document = readFileSync(join(__dirname, '../..', EVENTS_DOCUMENT), 'utf8');
const [declared = '', mapped = ''] = document.split(/^## From the events of earlier platforms/m);

type Row = readonly string[];

/** The tables of a text by their first column title, as rows of cells. */
const tablesOf = (text: string): readonly Readonly<{ title: string; rows: readonly Row[] }>[] =>
  (text.match(/(?:^\|.*\|\n)+/gm) ?? []).map((table) => {
    const [header = [], , ...rows] = table.trim().split('\n').map(cellsOf);
    return { title: header[0] ?? '', rows };
  });

const cellsOf = (line: string): Row =>
  line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());

const namesIn = (cell: string): readonly string[] => [...cell.matchAll(/`([A-Z]\w+)`/g)].map(([, name = '']) => name);

/** Each section about an aggregate, by the name in its heading: stream `workflow-<id>`. */
const SECTIONS = new Map(
  declared
    .split(/^(?=#{2,3} )/m)
    .flatMap((section) => [...section.matchAll(/^#.*stream `(\w+)-<id>`/gm)].map(([, name = '']) => [name, section])),
);

const firstNames = (section: string, title: string): readonly string[] =>
  tablesOf(section)
    .filter((table) => table.title === title)
    .flatMap(({ rows }) => rows.flatMap(([cell = '']) => namesIn(cell)));

describe('docs/events.md', () => {
  it('has a section for every aggregate', () => {
    expect([...SECTIONS.keys()].sort()).toEqual(CONTRACTS.map(({ aggregate }) => aggregate).sort());
  });

  it.each(CONTRACTS.map((contract) => [contract.aggregate, contract] as const))(
    'names the commands and events of %s',
    (aggregate, { commands, events }) => {
      const section = SECTIONS.get(aggregate) ?? '';

      expect([...firstNames(section, 'command')].sort()).toEqual(Object.keys(commands).sort());
      expect([...firstNames(section, 'event')].sort()).toEqual(Object.keys(events).sort());
    },
  );

  it('is what `npm run generate -- events` makes of the contracts', () => {
    expect(tablesOf(document)).toEqual(tablesOf(withContracts(document)));
  });

  it('has words about each command and event', () => {
    const tables = tablesOf(declared).filter(({ title }) => title === 'command' || title === 'event');
    const wordless = tables.flatMap(({ rows }) => rows.filter((row) => row.some((cell) => cell === '')));

    expect(wordless).toEqual([]);
  });

  it('maps the events of earlier platforms to events that exist', () => {
    const known = CONTRACTS.flatMap(({ events }) => Object.keys(events));
    const rows = tablesOf(mapped).flatMap((table) => table.rows);
    const here = rows.flatMap(([, cell = '']) => (cell.startsWith('dropped') ? [] : namesIn(cell)));

    expect(here.length).toBeGreaterThan(0);
    expect(known).toEqual(expect.arrayContaining(here));
  });
});
