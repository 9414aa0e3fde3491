import { READ_MODELS } from '@syntropic/catalogue/read-model';
import { folderBeside } from '@syntropic/testing';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { API } from '../app.module';
import { endpointsOf } from '../http/serve';
import type { JsonSchema } from './json-schemas';
import { openApiDocument } from './openapi-document';

const cellsOf = (line: string): readonly string[] =>
  line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());

/** The rows of the tables of a text, each by the title of its first column. */
const tablesOf = (text: string) =>
  (text.match(/(?:^\|.*\|\n)+/gm) ?? []).map((table) => {
    const [header = [], , ...rows] = table.trim().split('\n').map(cellsOf);
    return [header[0] ?? '', rows] as const;
  });

const named = (cell = ''): readonly string[] => [...cell.matchAll(/`([\w.]+)`/g)].map(([, name = '']) => name);
const isDropped = (cell = ''): boolean => cell.startsWith('dropped: ');

/** The names of a schema's properties, those of its parts included. */
function fieldsOf(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { properties = {} } = value as Readonly<{ properties?: JsonSchema }>;
  return [...Object.keys(properties), ...Object.values(value).flatMap(fieldsOf)];
}

const { schemas } = openApiDocument(endpointsOf(API), '0.1.0').components;
/** The fields of each schema of the API, and the columns of each read model. */
const SHAPES = new Map<string, readonly string[]>([
  ...Object.entries(schemas).map(([name, schema]) => [name, fieldsOf(schema)] as const),
  ...READ_MODELS.map(({ name, columns }) => [`read.${name}`, columns.map((column) => column.name)] as const),
]);

const tables = new Map(tablesOf(readFileSync(join(__dirname, '../../../../docs/read-models.md'), 'utf8')));
const MODELS = new Map(tables.get('read model')?.map(([model = '', here = '']) => [model, here]));
const FIELDS = new Map(
  tables.get('field')?.flatMap(([field = '', here = '']) => named(field).map((name) => [name, here] as const)),
);

/** What is said of a field: that it is here under its own name, where else it is, or why it is not. */
function placeOf(model: string, field: string): string | undefined {
  const here = MODELS.get(model) ?? '';
  if (isDropped(here) || named(here).some((shape) => SHAPES.get(shape)?.includes(field))) return here;
  return FIELDS.get(`${firstWord(model)}.${field}`);
}

const firstWord = (model: string): string => /\w+/.exec(model)?.[0] ?? '';
const exists = (place: string): boolean => {
  const at = place.lastIndexOf('.');
  return SHAPES.get(place.slice(0, at))?.includes(place.slice(at + 1)) ?? false;
};

describe('docs/read-models.md', () => {
  it.each([...MODELS])('says of %s a place that exists, or why there is none', (_, here) => {
    if (isDropped(here)) return;
    expect(named(here)).not.toEqual([]);
    expect([...SHAPES.keys()]).toEqual(expect.arrayContaining([...named(here)]));
  });

  it.each([...FIELDS])('says of %s a place that exists, or why there is none', (field, here) => {
    const model = [...MODELS].find(([name]) => firstWord(name) === field.split('.')[0]);
    expect(model).toBeDefined();
    const own = named(model?.[1]).filter((shape) => SHAPES.get(shape)?.includes(field.split('.')[1] ?? ''));
    expect(own).toEqual([]);
    if (!isDropped(here)) expect(named(here).filter((place) => !exists(place))).toEqual([]);
    expect(here).not.toBe('');
  });
});

const folder = folderBeside(__dirname, 'shared/reference');

/** The read models with their fields: `a: str, b: int=0`, those of maps included. */
function shapesIn(text: string): readonly (readonly [model: string, fields: readonly string[]])[] {
  const section = text.slice(text.indexOf('### 4.3'), text.indexOf('### 4.4'));
  return (new Map(tablesOf(section)).get('Read model') ?? []).map(([model = '', said = '']) => {
    const list = said.replace(/\([^)]*\)/g, '');
    return [model, [...list.matchAll(/(?:^|, |\{|\/ |; \w+: )(\w+)(?=[:,}]| ?$)/g)].map(([, name = '']) => name)];
  });
}

(folder === undefined ? describe.skip : describe)('the read models of the reference platform', () => {
  const text = folder === undefined ? '' : readFileSync(join(folder, 'domain.md'), 'utf8');
  const shapes = shapesIn(text);

  it('are all in the document', () => {
    expect([...MODELS.keys()].sort()).toEqual(shapes.map(([model]) => model).sort());
  });

  it.each(shapes)('%s has all its fields here, or a reason for each that is not', (model, fields) => {
    expect(fields.length).toBeGreaterThan(0);
    expect(fields.filter((field) => placeOf(model, field) === undefined)).toEqual([]);
  });
});
