import { Controller, type Type } from '@nestjs/common';
import { derivedIdOf, type CommandMessage, type InputOf } from '@syntropic/kernel';
import { snakeCase } from '@syntropic/live';
import { ReadModels } from '@syntropic/projections';
import { Commands } from '../commands/commands';
import type { ApiRequest, Endpoint } from '../http/endpoint';
import { pageIn } from '../http/list-pages';
import { API_PREFIXES, Serve } from '../http/serve';
import { orderOf } from '../http/sort-order';
import type { ProblemCode } from '../problems/problem-codes';
import { cutMark } from '../reads/cut-mark';
import { isFrontPage } from '../reads/front-page';
import { RowLookup } from '../reads/row-lookup';
import { endpointsOf, keySchema, listOf, type Fields, type Resource } from './resource';
import { camelCase, pascalCase } from './spellings';

type Endpoints = Required<ReturnType<typeof endpointsOf>>;
type Request<Name extends keyof Endpoints> = ApiRequest<Endpoints[Name]>;
type One = Pick<Request<'read'>, 'params' | 'minPosition'>;
type Change = Pick<ApiRequest, 'origin' | 'reply'> & Readonly<{ body?: Fields | undefined }>;

/** Serves the endpoints of a resource: its read model in lists and one by one, changes as commands. */
export function resourceController<Row extends Fields>(resource: Resource<Row>): Type {
  // Without a command that removes, the endpoints have none that calls the method for it.
  const { contract, projection, create, update, remove = update } = resource;
  const { statuses = { created: 'created', removed: 'deleted' } } = resource;
  const target = targetOf(resource);
  const endpoints = endpointsOf(resource);
  const [id, key] = [snakeCase(contract.key), keySchema(update, contract.key)] as const;

  @Controller(API_PREFIXES)
  class ResourceController {
    constructor(
      private readonly reads: ReadModels,
      private readonly lookup: RowLookup,
      private readonly commands: Commands,
    ) {}

    async list(request: Request<'list'>): Promise<Fields> {
      const { page, tellNext } = pageOf(resource, endpoints.list, request);
      const { rows, total, next } = await this.reads.page(projection, page);
      tellNext(next);
      const items = rows.map((row) => ({ ...endpoints.read.reply.parse(row), ...cutMark(row) }));
      return { [listOf(resource)]: items, total };
    }

    async read(request: Request<'read'>): Promise<Fields> {
      return endpoints.read.reply.parse(await this.lookup.find(target, request.params[id] ?? '', request));
    }

    async create(request: Request<'create'>): Promise<Fields> {
      const created = derivedIdOf(key, request.origin.commandId);
      return endpoints.create.reply.parse(await this.#change(request, create, created, statuses.created));
    }

    async update(request: Request<'update'>): Promise<Fields> {
      return this.#answered(request, update, 'updated');
    }

    async remove(request: Request<'remove'>): Promise<Fields> {
      return this.#answered(request, remove, statuses.removed);
    }

    /** The row is read before the change: a removed one has none any more. */
    async #answered(request: One & Change, command: CommandMessage, status: string): Promise<Fields> {
      const changed = await this.#idOf(request);
      const besides = resource.besides?.of(await this.reads.get(projection, String(changed), request));
      return endpoints.update.reply.parse({ ...(await this.#change(request, command, changed, status)), ...besides });
    }

    #idOf({ params, minPosition }: One): Promise<unknown> {
      return this.lookup.idOf(key, target, { idOrPrefix: params[id] ?? '', minPosition });
    }

    async #change(request: Change, command: CommandMessage, changed: unknown, status: string): Promise<Fields> {
      await this.commands.send(request, command, dataOf(request.body, { [contract.key]: changed }));
      return { ...request.body, [id]: changed, status };
    }
  }
  return serving(ResourceController, endpoints);
}

function targetOf<Row extends Fields>({ contract, projection }: Resource<Row>) {
  // The contract declares this refusal, and its refusals are codes.
  const missing = `${contract.aggregate}.not_found` as ProblemCode;
  return { projection, noun: pascalCase(contract.aggregate), missing } as const;
}

function pageOf<Row extends Fields>(resource: Resource<Row>, list: Endpoints['list'], request: Request<'list'>) {
  const { sortable, filter } = resource;
  const { query, minPosition } = request;
  const { place, tellNext } = pageIn(list, request);
  const { order_by = `-${sortable[0] ?? ''}` } = query;
  // The schema of the query allows only the sortable columns.
  const order = orderOf(order_by as Resource<Row>['sortable'][number]);
  const isFront = isFrontPage(list.query, query);
  return { page: { where: filter?.where(query) ?? {}, orderBy: [order], ...place, isFront, minPosition }, tellNext };
}

function dataOf(body: Fields = {}, key: Fields): InputOf<CommandMessage> {
  const fields = Object.entries(body).map(([name, value]) => [camelCase(name), value] as const);
  // The endpoint has parsed the fields with the schemas of the command.
  return { ...Object.fromEntries(fields), ...key } as InputOf<CommandMessage>;
}

/** Makes each method of the controller the handler of the endpoint of its name. */
function serving(controller: Type, endpoints: Readonly<Record<string, Endpoint>>): Type {
  const prototype = controller.prototype as object;
  for (const [name, declaration] of Object.entries(endpoints)) {
    const method = Object.getOwnPropertyDescriptor(prototype, name);
    if (method) Serve(declaration)(prototype, name, method);
  }
  return controller;
}
