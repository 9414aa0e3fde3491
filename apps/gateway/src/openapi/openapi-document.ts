import type { z } from 'zod';
import type { Endpoint } from '../http/endpoint';
import { EXAMPLE_DOCUMENT } from '../workflows/example-document';
import { Examples } from './examples';
import type { Body, Response } from './bodies';
import { JsonSchemas, type JsonSchema } from './json-schemas';
import { responsesOf } from './responses';

type Operation = Readonly<{
  operationId: string;
  summary: string;
  tags: readonly string[];
  parameters: readonly JsonSchema[];
  requestBody?: Body;
  responses: Readonly<Record<string, Response>>;
  /** Empty for a public operation; the least role of callers is named beside it. */
  security: readonly Readonly<Record<string, readonly string[]>>[];
  'x-role'?: string;
}>;

export type OpenApiDocument = Readonly<{
  openapi: '3.1.0';
  info: Readonly<{ title: string; version: string; description: string }>;
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  components: Readonly<{
    schemas: Readonly<Record<string, JsonSchema>>;
    securitySchemes: Readonly<Record<string, JsonSchema>>;
  }>;
}>;

const DESCRIPTION = [
  'Every endpoint is served under `/api` and `/api/v1`. Replies to changes carry `X-Position`; a query with that value as',
  '`X-Min-Position` is answered from data that includes the change. `Idempotency-Key` makes it safe to send a change again.',
].join(' ');

/** The document of these endpoints, made from the schemas that check requests. */
export function openApiDocument(endpoints: readonly Endpoint[], version: string): OpenApiDocument {
  const schemas = new JsonSchemas();
  const paths: Record<string, Record<string, Operation>> = {};
  for (const endpoint of endpoints) {
    const operations = (paths[`/api${endpoint.path}`] ??= {});
    operations[endpoint.method.toLowerCase()] = operation(endpoint, schemas);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Syntropic', version, description: DESCRIPTION },
    paths: withExamples(paths, new Examples(schemas.components)),
    components: { schemas: schemas.components, securitySchemes: { ...SECURITY_SCHEMES, ...FOR_STREAMS } },
  };
}

const KEY =
  'An API key, or a token of the configured OpenID provider; needed once a key exists or a provider is configured. `x-role` of an operation is the least role that a key needs.';
const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: KEY },
  basic: { type: 'http', scheme: 'basic', description: 'The same with the key as the password; any name.' },
};

const FOR_STREAMS = {
  streamToken: { type: 'apiKey', in: 'query', name: 'token', description: 'For clients that send no headers.' },
};

/** Requirements of an operation: one of the schemes, or none at all. */
function securityOf({ access, reply }: Endpoint): Pick<Operation, 'security' | 'x-role'> {
  if (access === 'public') return { security: [] };
  const schemes = { ...SECURITY_SCHEMES, ...(reply === 'event-stream' && FOR_STREAMS) };
  return { security: Object.keys(schemes).map((scheme) => ({ [scheme]: [] })), 'x-role': access };
}

function operation(endpoint: Endpoint, schemas: JsonSchemas): Operation {
  const { method, path, summary, params, query } = endpoint;
  const body = requestBody(endpoint, schemas);
  return {
    operationId: operationIdOf(endpoint),
    summary,
    tags: [path.split('/')[1] ?? ''],
    parameters: [
      ...parameters('path', params, schemas),
      ...parameters('query', query, schemas),
      ...parameters('header', endpoint.signed, schemas),
      ...(method === 'GET' ? [MIN_POSITION] : [IDEMPOTENCY_KEY]),
    ],
    ...(body && { requestBody: body }),
    responses: responsesOf(endpoint, schemas),
    ...securityOf(endpoint),
  };
}

type Paths = OpenApiDocument['paths'];

const withExamples = (paths: Paths, examples: Examples): Paths =>
  mapped(paths, (methods) =>
    mapped(methods, (operation) => ({
      ...operation,
      ...(operation.requestBody && { requestBody: exampled(operation.requestBody, examples, 'request') }),
      responses: mapped(operation.responses, (response) => exampled(response, examples, 'answer')),
    })),
  );

const exampled = <Part extends Body | Response>(part: Part, examples: Examples, kind: 'request' | 'answer'): Part => ({
  ...part,
  ...(part.content && {
    content: mapped(part.content, (one) => ({ ...one, example: one.example ?? examples.of(one.schema, kind) })),
  }),
});

const mapped = <Value>(record: Readonly<Record<string, Value>>, change: (value: Value) => Value) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));

/** `GET /executions/{execution_id}/state` is `getExecutionsByExecutionIdState`: generators name functions by it. */
const operationIdOf = ({ method, path }: Endpoint): string =>
  [method.toLowerCase(), ...path.split('/').filter(Boolean).map(inName)].join('');

const inName = (segment: string): string => {
  const words = segment.split(/\W|_/).filter(Boolean);
  const name = words.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join('');
  return segment.startsWith('{') ? `By${name}` : name;
};

const DELIVERY = { zen: 'Keep it logically awesome.' };

const text = { schema: { type: 'string' } };
const MIN_POSITION = { name: 'X-Min-Position', in: 'header', required: false, ...text };
const IDEMPOTENCY_KEY = { name: 'Idempotency-Key', in: 'header', required: false, ...text };

function parameters(
  location: 'path' | 'query' | 'header',
  fields: z.ZodObject | undefined,
  schemas: JsonSchemas,
): JsonSchema[] {
  if (!fields) return [];
  const { properties = {}, required = [] } = schemas.of(fields, 'input') as {
    properties?: Record<string, JsonSchema>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: location,
    required: location === 'path' || required.includes(name),
    schema,
  }));
}

function requestBody({ body, yaml, file, signed }: Endpoint, schemas: JsonSchemas): Body | undefined {
  if (file !== undefined) {
    const properties = { [file]: { type: 'string', format: 'binary' } };
    const schema = { type: 'object', properties, required: [file] };
    return {
      required: true,
      content: { 'multipart/form-data': { schema, example: { [file]: 'The bytes of a file' } } },
    };
  }
  if (signed)
    return { required: true, content: { 'application/json': { schema: { type: 'object' }, example: DELIVERY } } };
  if (yaml) return { required: true, content: { 'application/yaml': { ...text, example: EXAMPLE_DOCUMENT } } };
  if (!body) return undefined;
  return {
    required: !body.safeParse(undefined).success,
    content: { 'application/json': { schema: schemas.of(body, 'input') } },
  };
}
