import type { Name } from './names';

export const controllerSource = (context: Name, { camel, pascal }: Name, plural: Name): string => `
import { ${camel} } from '@syntropic/${context.kebab}/contracts';
import { ${camel}Projection } from '@syntropic/${context.kebab}/read-model';
import { resourceController } from '../resources/resource.controller';

export const ${plural.pascal}Controller = resourceController({
  path: '/${plural.kebab}',
  contract: ${camel},
  projection: ${camel}Projection,
  sortable: ['created_at'],
  create: ${camel}.commands.Create${pascal},
  update: ${camel}.commands.Rename${pascal},
});
`;

export const endpointSpec = (context: Name, { camel, pascal, snake, words }: Name, plural: Name): string => `
import { ${camel} } from '@syntropic/${context.kebab}/contracts';
import { event } from '@syntropic/kernel/testing';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();
const PATH = '/api/${plural.kebab}';

it('lists and shows each ${words}', async () => {
  const created = event(${camel}.events.${pascal}Created, { ${camel}Id: '${snake}-0123456789ab', name: 'First' });
  const { minPosition } = await gateway.record('${snake}-${snake}-0123456789ab', [created]);
  const shown = { ${snake}_id: '${snake}-0123456789ab', name: 'First' };

  const list = await gateway.call('GET', PATH, { minPosition });
  expect(list).toMatchObject({ status: 200, body: { ${plural.snake}: [shown], total: 1 } });
  expect(await gateway.call('GET', \`\${PATH}/${snake}-0123\`)).toMatchObject({ status: 200, body: shown });
  const none = await gateway.call('GET', \`\${PATH}/none\`);
  expect(none).toMatchObject({ status: 404, body: { code: '${snake}.not_found' } });
});

it('sends changes as commands', async () => {
  const service = gateway.takeCommands();
  const created = await gateway.call('POST', PATH, { body: { name: 'First' } });
  const id = String(created.body['${snake}_id']);
  const renamed = await gateway.call('PUT', \`\${PATH}/\${id}\`, { body: { name: 'Second' } });
  const nameless = await gateway.call('PUT', \`\${PATH}/\${id}\`, { body: {} });
  service.stop();

  expect(created).toMatchObject({ status: 200, body: { name: 'First', status: 'created' } });
  expect(renamed).toMatchObject({ status: 200, body: { ${snake}_id: id, name: 'Second', status: 'updated' } });
  expect(nameless).toMatchObject({ status: 422, body: { field: 'name' } });
  expect(service.taken).toEqual([
    { '${context.kebab}.Create${pascal}': { ${camel}Id: id, name: 'First' } },
    { '${context.kebab}.Rename${pascal}': { ${camel}Id: id, name: 'Second' } },
  ]);
});
`;
