import type { Name } from './names';

export const endpointsSource = (context: Name, { camel, pascal, snake, words }: Name, plural: Name): string => `
import { ${camel}Projection } from '@syntropic/${context.kebab}/read-model';
import { z } from 'zod';
import { endpoint } from '../http/endpoint';
import { sizeUpTo } from '../http/query-values';

const ${pascal} = ${camel}Projection.row.meta({ id: '${pascal}Response' });
const List = z.object({ ${plural.snake}: z.array(${pascal}), total: z.int() }).meta({ id: '${pascal}ListResponse' });
const Action = z.object({ ${snake}_id: z.string(), status: z.string() }).meta({ id: '${pascal}ActionResponse' });
const Named = z.strictObject({ name: z.string().min(1) }).meta({ id: '${pascal}Request' });
const Page = z.object({ limit: sizeUpTo(1_000, 100), offset: z.coerce.number().int().min(0).default(0) });

const all = { path: '/${plural.kebab}' } as const;
const one = { path: '/${plural.kebab}/{${snake}_id}', params: z.object({ ${snake}_id: z.string().min(1) }) } as const;

export const ${plural.camel} = {
  list: endpoint({ ...all, method: 'GET', summary: 'All ${plural.words}, newest first', query: Page, reply: List }),
  create: endpoint({ ...all, method: 'POST', summary: 'New ${words}', body: Named, reply: Action, status: 201 }),
  read: endpoint({ ...one, method: 'GET', summary: 'One ${words}, by its id or the start of it', reply: ${pascal} }),
  update: endpoint({ ...one, method: 'PUT', summary: 'New name', body: Named, reply: Action }),
};
`;

export const controllerSource = (context: Name, { camel, pascal, snake, words }: Name, plural: Name): string => `
import { Controller } from '@nestjs/common';
import { ${camel} } from '@syntropic/${context.kebab}/contracts';
import { ${camel}Projection } from '@syntropic/${context.kebab}/read-model';
import { derivedUuid, ${pascal}Id } from '@syntropic/kernel';
import { ReadModels } from '@syntropic/projections';
import { Commands } from '../commands/commands';
import type { ApiRequest } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { RowLookup } from '../reads/row-lookup';
import { ${plural.camel} } from './${plural.kebab}.endpoints';

type Request<Name extends keyof typeof ${plural.camel}> = ApiRequest<(typeof ${plural.camel})[Name]>;

const { Create${pascal}, Rename${pascal} } = ${camel}.commands;
const TARGET = { projection: ${camel}Projection, noun: '${sentence(words)}', missing: '${snake}.not_found' } as const;

@Controller(API_PREFIXES)
export class ${plural.pascal}Controller {
  constructor(
    private readonly reads: ReadModels,
    private readonly lookup: RowLookup,
    private readonly commands: Commands,
  ) {}

  @Serve(${plural.camel}.list)
  async list({ query, minPosition }: Request<'list'>) {
    const newest = { ...query, orderBy: [['created_at', 'desc']], minPosition } as const;
    const { rows, total } = await this.reads.page(${camel}Projection, newest);
    return { ${plural.snake}: [...rows], total };
  }

  @Serve(${plural.camel}.create)
  async create(request: Request<'create'>) {
    const ${camel}Id = ${pascal}Id.parse(\`${snake}-\${derivedUuid(request.origin.commandId, '${snake}').slice(-12)}\`);
    await this.commands.send(request, Create${pascal}, { ...request.body, ${camel}Id });
    return { ${snake}_id: ${camel}Id, status: 'created' };
  }

  @Serve(${plural.camel}.read)
  read(request: Request<'read'>) {
    return this.lookup.find(TARGET, request.params.${snake}_id, request);
  }

  @Serve(${plural.camel}.update)
  async update(request: Request<'update'>) {
    const { ${snake}_id } = request.params;
    await this.commands.send(request, Rename${pascal}, { ...request.body, ${camel}Id: ${snake}_id });
    return { ${snake}_id, status: 'updated' };
  }
}
`;

export const endpointSpec = (context: Name, { camel, pascal, snake, words }: Name, plural: Name): string => `
import { ${camel} } from '@syntropic/${context.kebab}/contracts';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();
const PATH = '/api/${plural.kebab}';

async function call(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
  const json = body && { body: JSON.stringify(body), headers: { ...headers, 'content-type': 'application/json' } };
  const response = await fetch(\`\${gateway.url}\${path}\`, { method, headers, ...json });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

it('lists and shows each ${words}', async () => {
  const data = ${camel}.events.${pascal}Created.schema.parse({ ${camel}Id: '${snake}-0123456789ab', name: 'First' });
  const { minPosition } = await gateway.record(\`${snake}-\${data.${camel}Id}\`, [{ type: '${pascal}Created', data }]);
  const shown = { ${snake}_id: data.${camel}Id, name: 'First' };

  const list = await call('GET', PATH, undefined, { 'x-min-position': minPosition });
  expect(list).toMatchObject({ status: 200, body: { ${plural.snake}: [shown], total: 1 } });
  expect(await call('GET', \`\${PATH}/${snake}-0123\`)).toMatchObject({ status: 200, body: shown });
  expect(await call('GET', \`\${PATH}/none\`)).toMatchObject({ status: 404, body: { code: '${snake}.not_found' } });
});

it('sends changes as commands', async () => {
  const sent: object[] = [];
  const stop = gateway.answer((subject, data) => {
    sent.push({ subject, data });
    return { position: 1, version: 1 };
  });
  const created = await call('POST', PATH, { name: 'First' });
  const id = String(created.body['${snake}_id']);
  const renamed = await call('PUT', \`\${PATH}/\${id}\`, { name: 'Second' });
  stop();

  expect(created).toMatchObject({ status: 201, body: { status: 'created' } });
  expect(renamed).toMatchObject({ status: 200, body: { ${snake}_id: id, status: 'updated' } });
  expect(sent).toEqual([
    { subject: 'commands.${context.kebab}.Create${pascal}', data: { ${camel}Id: id, name: 'First' } },
    { subject: 'commands.${context.kebab}.Rename${pascal}', data: { ${camel}Id: id, name: 'Second' } },
  ]);
});
`;

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
