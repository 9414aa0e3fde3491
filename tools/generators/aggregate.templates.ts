import type { Name } from './names';

export const contractSource = (context: Name, { camel, pascal, snake, words }: Name): string => `
import { contract, ${pascal}Id } from '@syntropic/kernel';
import { z } from 'zod';

/** The longest name keeps a page of a thousand small. */
const named = { ${camel}Id: ${pascal}Id, name: z.string().min(1).max(255) };

export const ${camel} = contract('${context.kebab}', '${snake}', {
  key: '${camel}Id',
  commands: { Create${pascal}: named, Rename${pascal}: named },
  events: { ${pascal}Created: named, ${pascal}Renamed: named },
  refusals: {
    not_found: ['not_found', 'The ${words} does not exist'],
    already_exists: ['conflict', 'The ${words} exists already'],
  },
});
`;

export const aggregateSource = (context: Name, { camel, pascal, snake, words }: Name): string => `
import { ${camel} as contract } from '@syntropic/${context.kebab}/contracts';
import { aggregate, refusing, type CommandsOf, type EventOf } from '@syntropic/kernel';

export type ${pascal} = { readonly status: 'unknown' } | { readonly status: 'active'; readonly name: string };

type Commands = CommandsOf<typeof contract>;
type Event = EventOf<typeof contract>;

const refuse = refusing(contract);

export function create${pascal}({ status }: ${pascal}, data: Commands['Create${pascal}']): readonly Event[] {
  if (status !== 'unknown') throw refuse('already_exists', 'the ${words} exists already');
  return [{ type: '${pascal}Created', data }];
}

/** The same name again changes nothing. */
export function rename${pascal}(${camel}: ${pascal}, data: Commands['Rename${pascal}']): readonly Event[] {
  if (${camel}.status === 'unknown') throw refuse('not_found', 'the ${words} does not exist', '${snake}_id');
  return ${camel}.name === data.name ? [] : [{ type: '${pascal}Renamed', data }];
}

function evolve(_: ${pascal}, event: Event): ${pascal} {
  switch (event.type) {
    case '${pascal}Created':
    case '${pascal}Renamed':
      return { status: 'active', name: event.data.name };
  }
}

export const ${pascal} = aggregate(contract, {
  initial: { status: 'unknown' },
  evolve,
  decisions: { create${pascal}, rename${pascal} },
});
`;

export const aggregateSpec = (_: Name, { camel, kebab, pascal, snake, words }: Name): string => `
import { ${pascal}Id } from '@syntropic/kernel';
import { specificationOf } from '@syntropic/kernel/testing';
import { create${pascal}, ${pascal}, rename${pascal} } from './${kebab}';

const { given } = specificationOf(${pascal});

const ${camel}Id = ${pascal}Id.parse('${snake}-0123456789ab');
const first = { ${camel}Id, name: 'First' };
const second = { ${camel}Id, name: 'Second' };
const created = { type: '${pascal}Created', data: first } as const;

describe('${words}', () => {
  it('is created once', () => {
    given().when(create${pascal}, first).then(created);
    given(created).when(create${pascal}, first).thenRefused('${snake}.already_exists');
  });

  it('is renamed', () => {
    given(created).when(rename${pascal}, second).then({ type: '${pascal}Renamed', data: second });
    given(created).when(rename${pascal}, first).thenNothing();
  });

  it('is not renamed before it exists', () => {
    given().when(rename${pascal}, first).thenRefused('${snake}.not_found');
  });
});
`;

export const eventsSection = (
  context: Name,
  { camel, pascal, snake, words }: Name,
): string => `## ${context.kebab}: ${pascal}, stream \`${snake}-<id>\`

| command | sent by | leads to | does |
| --- | --- | --- | --- |
| \`Create${pascal}\` | gateway | \`${pascal}Created\` | Creates the ${words}. |
| \`Rename${pascal}\` | gateway | \`${pascal}Renamed\` | Gives the ${words} another name. |

| event | holds | says |
| --- | --- | --- |
| \`${pascal}Created\` | \`${camel}Id\`, \`name\` | The ${words} exists. |
| \`${pascal}Renamed\` | \`${camel}Id\`, \`name\` | The ${words} has another name. |
`;
