import { CONTRACTS } from '@syntropic/catalogue/contracts';
import type { AnyContract, EventMessage } from '@syntropic/kernel';
import { z } from 'zod';

export const EVENTS_DOCUMENT = 'docs/events.md';

type Table = Readonly<{ header: readonly string[]; rows: readonly (readonly string[])[] }>;

/**
 * The document with the commands and events that the contracts declare, in their order, and with the fields of the events.
 * Its words about them stay: a new one has none yet.
 */
export function withContracts(document: string): string {
  return document
    .split(/^(?=#{2,3} )/m)
    .map((section) => {
      const contract = CONTRACTS.find(({ aggregate }) => section.startsWith(headingOf(section, aggregate)));
      return contract ? withTables(section, contract) : section;
    })
    .join('');
}

/** The heading, where it names the stream of this aggregate. */
function headingOf(section: string, aggregate: string): string {
  const [heading = ''] = section.split('\n');
  return heading.includes(`stream \`${aggregate}-<id>\``) ? heading : `${heading} of another aggregate`;
}

const withTables = (section: string, { commands, events }: AnyContract): string =>
  section.replaceAll(/(?:^\|.*\|\n)+/gm, (text) => {
    const table = tableOf(text);
    if (table.header[0] === 'command') return textOf(commandTable(table, Object.keys(commands)));
    return table.header[0] === 'event' ? textOf(eventTable(table, Object.values(events))) : text;
  });

const commandTable = ({ header, rows }: Table, names: readonly string[]): Table => ({
  header,
  rows: names.map((name) => [code(name), ...header.slice(1).map((_, index) => cell(rows, name, index + 1))]),
});

function eventTable({ header, rows }: Table, events: readonly EventMessage[]): Table {
  const says = header.indexOf('says');
  return {
    header: ['event', 'holds', 'says'],
    rows: events.map(({ type, schema }) => [code(type), fieldsOf(schema.shape), cell(rows, type, says)]),
  };
}

/** The names of fields, those that may be absent with a question mark. */
const fieldsOf = (shape: EventMessage['schema']['shape']): string =>
  Object.entries(shape)
    .map(([name, field]) => code(z.safeParse(field, undefined).success ? `${name}?` : name))
    .join(', ');

const cell = (rows: Table['rows'], name: string, index: number): string =>
  rows.find(([first]) => first === code(name))?.[index] ?? '';

const code = (text: string): string => `\`${text}\``;

function tableOf(text: string): Table {
  const [header = [], , ...rows] = text.trim().split('\n').map(cellsOf);
  return { header, rows };
}

const cellsOf = (line: string): readonly string[] =>
  line
    .slice(1, -1)
    .split('|')
    .map((one) => one.trim());

const textOf = ({ header, rows }: Table): string =>
  [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
