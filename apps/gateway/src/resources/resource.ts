import type { CommandMessage } from '@syntropic/kernel';
import { snakeCase } from '@syntropic/live';
import type { Projection } from '@syntropic/projections';
import { z } from 'zod';
import { endpoint } from '../http/endpoint';
import { sizeUpTo } from '../http/query-values';
import { cutField } from '../reads/cut-mark';
import { pascalCase, wordsOf } from './spellings';

/** The most rows of a list in one answer, also without a limit in the query. */
const MOST = 1_000;

export type Fields = Readonly<Record<string, unknown>>;
type Shape = Readonly<Record<string, z.ZodType>>;

/** An aggregate as the API serves it: its list, its rows, and the commands that create, change and remove it. */
export type Resource = Readonly<{
  /** Below `/api`: one segment, which names the list in answers too. */
  path: `/${string}`;
  contract: Readonly<{ aggregate: string; key: string; refusals: Readonly<{ not_found: unknown }> }>;
  projection: Projection<Readonly<{ created_at: string }>> & Readonly<{ row: z.ZodObject }>;
  /** Fields of answers that are no columns; each has a default. */
  added?: Shape;
  create: CommandMessage;
  /** Optional fields may be null or absent, which mean the same. A command with such fields only needs one of them. */
  update: CommandMessage;
  remove?: CommandMessage;
}>;

const Page = z.object({ limit: sizeUpTo(MOST, MOST), offset: z.coerce.number().int().min(0).default(0) });

/** The endpoints of a resource. The fields of their bodies are those of its commands, in snake_case. */
export function endpointsOf(resource: Resource) {
  const { path, contract, update, remove } = resource;
  const { Row, List, Action, Create, Update } = schemasOf(resource);
  const [id, words, all] = [snakeCase(contract.key), wordsOf(contract.aggregate), wordsOf(listOf(resource))];

  const any = { path: `${path}/{${id}}`, params: z.object({ [id]: z.string().min(1) }) } as const;
  const one = { ...any, params: z.object({ [id]: keySchema(update, contract.key) }) } as const;
  return {
    list: endpoint({ path, method: 'GET', summary: `All ${all}, newest first`, query: Page, reply: List }),
    create: endpoint({ path, method: 'POST', summary: `New ${words}`, body: Create, reply: Action }),
    read: endpoint({ ...any, method: 'GET', summary: `One ${words}, by its id or the start of it`, reply: Row }),
    update: endpoint({ ...one, method: 'PUT', summary: `Changes the ${words}`, body: Update, reply: Action }),
    ...(remove && { remove: endpoint({ ...one, method: 'DELETE', summary: `Deletes the ${words}`, reply: Action }) }),
  };
}

/** The name of the list in answers: that of the path. */
export const listOf = ({ path }: Pick<Resource, 'path'>): string => path.slice(1).replaceAll('-', '_');

/** The schema of the id that a command carries. */
export function keySchema({ type, schema }: CommandMessage, key: string): z.core.$ZodType {
  const id = schema.shape[key];
  if (!id) throw new Error(`${type} has no field ${key}`);
  return id;
}

function schemasOf({ path, contract: { aggregate, key }, projection, added = {}, create, update }: Resource) {
  const noun = pascalCase(aggregate);
  const changes = fieldsOf(update, key);
  const Row = named(`${noun}SummaryResponse`, projection.row.extend(added));
  const Item = named(`${noun}ListItem`, projection.row.extend({ ...added, ...cutField }));
  return {
    Row,
    List: named(`${noun}ListResponse`, z.object({ [listOf({ path })]: z.array(Item), total: z.int() })),
    Action: named(
      `${noun}ActionResponse`,
      z.object({ [snakeCase(key)]: z.string(), ...z.object(changes).partial().shape, status: z.string() }),
    ),
    Create: named(`Create${noun}Request`, z.strictObject(fieldsOf(create, key))),
    Update: named(`Update${noun}Request`, withOneOf(z.strictObject(changes))),
  };
}

/** The names of its fields follow from contracts, so they are no part of its type. */
const named = (id: string, schema: z.ZodType): z.ZodType<Fields, Fields> =>
  schema.meta({ id }) as z.ZodType<Fields, Fields>;

/** The fields of a command besides the key. An optional one may be null. */
const fieldsOf = ({ schema }: CommandMessage, key: string): Shape =>
  Object.fromEntries(
    Object.entries(schema.shape)
      .filter(([name]) => name !== key)
      .map(([name, field]) => [
        snakeCase(name),
        field instanceof z.ZodOptional ? z.nullish(field.unwrap()).transform((value) => value ?? undefined) : field,
      ]),
  ) as Shape;

function withOneOf(body: z.ZodObject): z.ZodType {
  const names = Object.keys(body.shape);
  const [first] = names;
  if (first === undefined || !body.safeParse({}).success) return body;
  const isThere = (fields: Fields) => Object.values(fields).some((value) => value !== undefined);
  return body.refine(isThere, { error: `${names.join(' or ')} is needed`, path: [first] });
}
