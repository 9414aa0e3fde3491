import { Controller, type Type } from '@nestjs/common';
import { derivedIdOf, type CommandMessage, type InputOf } from '@syntropic/kernel';
import { snakeCase } from '@syntropic/live';
import { ReadModels } from '@syntropic/projections';
import { Commands } from '../commands/commands';
import type { ApiRequest, Endpoint } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import type { ProblemCode } from '../problems/problem-codes';
import { cutMark } from '../reads/cut-mark';
import { RowLookup } from '../reads/row-lookup';
import { endpointsOf, keySchema, listOf, type Fields, type Resource } from './resource';
import { camelCase, pascalCase } from './spellings';

type Endpoints = Required<ReturnType<typeof endpointsOf>>;
type Request<Name extends keyof Endpoints> = ApiRequest<Endpoints[Name]>;
type Change = Pick<ApiRequest, 'origin' | 'reply'> & Readonly<{ body?: Fields | undefined }>;

/** Serves the endpoints of a resource: its read model in lists and one by one, changes as commands. */
export function resourceController(resource: Resource): Type {
  // Without a command that removes, the endpoints have none that calls the method for it.
  const { contract, projection, create, update, remove = update } = resource;
  // The contract declares this refusal, and its refusals are codes.
  const missing = `${contract.aggregate}.not_found` as ProblemCode;
  const target = { projection, noun: pascalCase(contract.aggregate), missing } as const;
  const endpoints = endpointsOf(resource);
  const id = snakeCase(contract.key);

  @Controller(API_PREFIXES)
  class ResourceController {
    constructor(
      private readonly reads: ReadModels,
      private readonly lookup: RowLookup,
      private readonly commands: Commands,
    ) {}

    async list({ query, minPosition }: Request<'list'>): Promise<Fields> {
      const newest = { ...query, orderBy: [['created_at', 'desc']], minPosition } as const;
      const { rows, total } = await this.reads.page(projection, newest);
      return {
        [listOf(resource)]: rows.map((row) => ({ ...endpoints.read.reply.parse(row), ...cutMark(row) })),
        total,
      };
    }

    async read(request: Request<'read'>): Promise<Fields> {
      return endpoints.read.reply.parse(await this.lookup.find(target, request.params[id] ?? '', request));
    }

    create(request: Request<'create'>): Promise<Fields> {
      const created = derivedIdOf(keySchema(create, contract.key), request.origin.commandId);
      return this.#change(request, create, created, 'created');
    }

    update(request: Request<'update'>): Promise<Fields> {
      return this.#change(request, update, request.params[id], 'updated');
    }

    remove(request: Request<'remove'>): Promise<Fields> {
      return this.#change(request, remove, request.params[id], 'deleted');
    }

    /** Sends the command, and answers those of its fields that the endpoint's answer has. */
    async #change(request: Change, command: CommandMessage, key: unknown, status: string): Promise<Fields> {
      const { body = {} } = request;
      const fields = Object.entries(body).map(([name, value]) => [camelCase(name), value] as const);
      // The endpoint has parsed the fields with the schemas of the command.
      const data = { ...Object.fromEntries(fields), [contract.key]: key } as InputOf<CommandMessage>;
      await this.commands.send(request, command, data);
      return endpoints.update.reply.parse({ ...body, [id]: key, status });
    }
  }

  for (const [name, declaration] of Object.entries<Endpoint>(endpoints)) {
    const method = Object.getOwnPropertyDescriptor(ResourceController.prototype, name);
    if (method) Serve(declaration)(ResourceController.prototype, name, method);
  }
  return ResourceController;
}
