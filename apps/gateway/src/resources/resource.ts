import type { CommandMessage } from '@syntropic/kernel';
import { snakeCase } from '@syntropic/live';
import type { PageQuery, Projection } from '@syntropic/projections';
import { z } from 'zod';
import { endpoint } from '../http/endpoint';
import { pagesByOffset } from '../http/list-pages';
import { orderBy } from '../http/sort-order';
import { cutField } from '../reads/cut-mark';
import { pascalCase, wordsOf } from './spellings';

/** The most rows of a list in one answer, also without a limit in the query. */
const MOST = 1_000;

export type Fields = Readonly<Record<string, unknown>>;
type Shape = Readonly<Record<string, z.ZodType>>;

/** The parts of a resource from which its endpoints derive. */
type Described = Readonly<{
  /** Below `/api`: one segment, which names the list in answers too. */
  path: `/${string}`;
  contract: Readonly<{ aggregate: string; key: string; refusals: Readonly<{ not_found: unknown }> }>;
  projection: Readonly<{ row: z.ZodObject }>;
  /** The columns that lists can be sorted by. Without an order the first one decides, greatest first. */
  sortable: readonly string[];
  /** Fields of a list's query, which filter it. */
  filter?: Readonly<{ query: Shape }>;
  create: CommandMessage;
  /** Optional fields may be null or absent, which mean the same. A command needs one of them, unless it has other fields without a default. */
  update: CommandMessage;
  remove?: CommandMessage;
  /** Fields of the row that answers about a changed and a removed one have besides those of the command. */
  besides?: Readonly<{ fields: Shape }>;
  /** The status in answers about a new and about a removed one; `created` and `deleted` where absent. */
  statuses?: Readonly<{ created: string; removed: string }>;
}>;

type Where<Row> = NonNullable<PageQuery<Row>['where']>;
type Order<Row> = NonNullable<PageQuery<Row>['orderBy']>[number];

/** An aggregate as the API serves it: its list, its rows, and the commands that create, change and remove it. */
export type Resource<Row extends Fields> = Described &
  Readonly<{
    projection: Projection<Row>;
    sortable: readonly Order<Row>[0][];
    filter?: Readonly<{ where: (query: Fields) => Where<Row> }>;
    besides?: Readonly<{ of: (row: Row | undefined) => Fields }>;
  }>;

/** A filter of lists by fields of the query. */
export const listFilter = <const S extends Shape, W>(
  query: S,
  where: (query: Readonly<z.output<z.ZodObject<S>>>) => W,
): Readonly<{ query: S; where: (query: Fields) => W }> => ({
  query,
  // The endpoint has parsed the query with this schema.
  where: (fields) => where(fields as z.output<z.ZodObject<S>>),
});

const Page = z.object(pagesByOffset(MOST, MOST));

/** The endpoints of a resource. The fields of their bodies are those of its commands, in snake_case. */
export function endpointsOf(resource: Described) {
  const { path, contract, sortable, filter, remove } = resource;
  const { Row, List, Created, Action, Create, Update } = schemasOf(resource);
  const [id, words, all] = [snakeCase(contract.key), wordsOf(contract.aggregate), wordsOf(listOf(resource))];

  const query = Page.extend({ order_by: orderBy(sortable), ...filter?.query });
  const one = { path: `${path}/{${id}}`, params: z.object({ [id]: z.string().min(1) }) } as const;
  return {
    list: endpoint({ path, method: 'GET', access: 'viewer', summary: `All ${all}, newest first`, query, reply: List }),
    create: endpoint({
      path,
      method: 'POST',
      access: 'operator',
      summary: `New ${words}`,
      body: Create,
      reply: Created,
    }),
    read: endpoint({
      ...one,
      method: 'GET',
      access: 'viewer',
      summary: `One ${words}, by its id or the start of it`,
      reply: Row,
    }),
    update: endpoint({
      ...one,
      method: 'PUT',
      access: 'operator',
      summary: `Changes the ${words}`,
      body: Update,
      reply: Action,
    }),
    ...(remove && {
      remove: endpoint({
        ...one,
        method: 'DELETE',
        access: 'operator',
        summary: `Deletes the ${words}`,
        reply: Action,
      }),
    }),
  };
}

/** The name of the list in answers: that of the path. */
export const listOf = ({ path }: Pick<Described, 'path'>): string => path.slice(1).replaceAll('-', '_');

/** The schema of the id that a command carries. */
export function keySchema({ type, schema }: CommandMessage, key: string): z.core.$ZodType {
  const id = schema.shape[key];
  if (!id) throw new Error(`${type} has no field ${key}`);
  return id;
}

function schemasOf({ path, contract: { aggregate, key }, projection, create, update, besides }: Described) {
  const noun = pascalCase(aggregate);
  const [given, changes] = [fieldsOf(create, key), fieldsOf(update, key)];
  const Row = named(`${noun}SummaryResponse`, projection.row);
  const Item = named(`${noun}ListItem`, projection.row.extend(cutField));
  const answer = (command: CommandMessage, more: Shape = {}) =>
    z.object({
      [snakeCase(key)]: z.string(),
      ...z.object({ ...plainFieldsOf(command, key), ...more }).partial().shape,
      status: z.string(),
    });
  return {
    Row,
    List: named(`${noun}ListResponse`, z.object({ [listOf({ path })]: z.array(Item), total: z.int() })),
    Created: named(`${noun}CreatedResponse`, answer(create)),
    Action: named(`${noun}ActionResponse`, answer(update, besides?.fields)),
    Create: named(`Create${noun}Request`, z.strictObject(given)),
    Update: named(`Update${noun}Request`, withOneOf(z.strictObject(changes))),
  };
}

/** The names of its fields follow from contracts, so they are no part of its type. */
const named = (id: string, schema: z.ZodType): z.ZodType<Fields, Fields> =>
  schema.meta({ id }) as z.ZodType<Fields, Fields>;

/** The fields of a command besides the key. An optional one may be null. */
const fieldsOf = (command: CommandMessage, key: string): Shape =>
  mapped(command, key, (field) =>
    field instanceof z.ZodOptional ? z.nullish(field.unwrap()).transform((value) => value ?? undefined) : field,
  );

/** The same as answers show them: those of the request, without defaults of absent ones. */
const plainFieldsOf = (command: CommandMessage, key: string): Shape =>
  mapped(command, key, (field) =>
    field instanceof z.ZodOptional || field instanceof z.ZodDefault ? field.unwrap() : field,
  );

const mapped = ({ schema }: CommandMessage, key: string, change: (field: z.core.$ZodType) => z.core.$ZodType): Shape =>
  Object.fromEntries(
    Object.entries<z.core.$ZodType>(schema.shape)
      .filter(([name]) => name !== key)
      .map(([name, field]) => [snakeCase(name), change(field)]),
  ) as Shape;

function withOneOf(body: z.ZodObject): z.ZodType {
  // A field with a default changes nothing by itself.
  const names = Object.entries(body.shape).flatMap(([name, field]) => (field instanceof z.ZodDefault ? [] : [name]));
  const [first] = names;
  if (first === undefined || !body.safeParse({}).success) return body;
  const isThere = (fields: Fields) => names.some((name) => fields[name] !== undefined);
  return body.refine(isThere, { error: `${names.join(' or ')} is needed`, path: [first] });
}
