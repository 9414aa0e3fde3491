import { pluralOf, type Name } from './names';

export const projectionSource = (context: Name, name: Name): string => `
import { ${name.camel} } from '@syntropic/${context.kebab}/contracts';
import { projection } from '@syntropic/projections';
import { z } from 'zod';

/** List and detail of ${pluralOf(name).words}. */
export const ${name.camel}Projection = projection(${name.camel})({
  name: '${name.snake}',
  version: 1,
  row: z.object({ ${name.snake}_id: z.string(), name: z.string(), created_at: z.iso.datetime() }),
  key: '${name.snake}_id',
  indexes: [['created_at']],
  keys: ({ data }) => [data.${name.camel}Id],
  on: {
    ${name.pascal}Created: (_, { data, recordedAt }) => ({
      ${name.snake}_id: data.${name.camel}Id,
      name: data.name,
      created_at: recordedAt,
    }),
    ${name.pascal}Renamed: (row, { data: { name } }) => row && { ...row, name },
  },
});
`;

export const projectionSpec = (_: Name, { camel, kebab, pascal, snake, words }: Name): string => `
import { rowsAfter } from '@syntropic/projections/testing';
import { ${camel}Projection } from './${kebab}.projection';

const data = { ${camel}Id: '${snake}-0123456789ab', name: 'First' };
const created = { type: '${pascal}Created', data };

it('a renamed ${words} keeps when it was created', () => {
  const renamed = { type: '${pascal}Renamed', data: { ...data, name: 'Second' } };

  expect(rowsAfter(${camel}Projection, created, renamed)).toEqual([
    { ${snake}_id: data.${camel}Id, name: 'Second', created_at: '2026-01-01T00:00:01.000Z' },
  ]);
});
`;
