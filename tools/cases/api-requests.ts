import fc from 'fast-check';
import { hostile, hostileText, idNamed, SchemaValues, type Schema } from './schema-values';

/** The parts of an OpenAPI document from which requests are made. */
export type ApiDocument = Readonly<{
  paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>;
  components: Readonly<{ schemas: Readonly<Record<string, Schema>> }>;
}>;

type ApiOperation = Readonly<{
  parameters: readonly Readonly<{
    name: string;
    in: 'path' | 'query' | 'header';
    required?: boolean;
    schema: Schema;
  }>[];
  requestBody?: Readonly<{ content: Readonly<Record<string, Readonly<{ schema: Schema }>>> }>;
  responses: Readonly<Record<string, Readonly<{ content?: Readonly<Record<string, unknown>> }>>>;
}>;

/** A request before the ids of what exists are filled in; see `KnownIds`. */
export type DraftRequest = Readonly<{
  method: string;
  path: string;
  params: Readonly<Record<string, string>>;
  query: readonly (readonly [name: string, value: string])[];
  headers: Readonly<Record<string, string>>;
  body?: string;
}>;

export type DraftOperation = Readonly<{
  method: string;
  path: string;
  isStream: boolean;
  requests: fc.Arbitrary<DraftRequest>;
}>;

const deep = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const NOT_JSON = [
  '',
  '{',
  '[',
  '"',
  '{"a":}',
  '\ufeff{}',
  'true',
  'null',
  '0',
  deep(100),
  deep(50_000),
  '{"__proto__":{"a":1}}',
];

/** The operations of a document, each with requests for it: some well formed, most with something wrong. */
export function draftOperations({ paths, components }: ApiDocument): readonly DraftOperation[] {
  const schemas = new SchemaValues(components.schemas);
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      isStream: Object.values(operation.responses).some(({ content = {} }) => 'text/event-stream' in content),
      requests: requestsFor(schemas, method.toUpperCase(), path, operation),
    })),
  );
}

function requestsFor(
  schemas: SchemaValues,
  method: string,
  path: string,
  operation: ApiOperation,
): fc.Arbitrary<DraftRequest> {
  const { parameters, requestBody } = operation;
  const params = parameters
    .filter((parameter) => parameter.in === 'path')
    .map(({ name }) => [name, pathValue(name)] as const);
  const query = parameters
    .filter((parameter) => parameter.in === 'query')
    .map(({ name, schema, required }) => {
      const value = fc.oneof(schemas.valid(schema, name).map(textOf), hostileText, fc.nat(1_000).map(String));
      return fc.option(value, { nil: undefined, freq: required ? 9 : 1 }).map((one) => [name, one] as const);
    });
  const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  return fc
    .record({
      params: fc.record(Object.fromEntries(params)),
      query: fc
        .tuple(...query)
        .map((values) => values.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))),
      unknown: fc.option(fc.constant(['no_such_parameter', 'x'] as const), { nil: undefined, freq: 10 }),
      key: fc.option(fc.constantFrom('one', 'two', ''), { nil: undefined, freq: 4 }),
      body:
        type === undefined
          ? fc.option(fc.constant('{"no":"body"}'), { nil: undefined, freq: 20 })
          : type.includes('yaml')
            ? documents
            : bodies(schemas, content?.schema ?? {}),
    })
    .map((drawn) => ({
      ...{ method, path, params: drawn.params },
      query: [...drawn.query, ...(drawn.unknown ? [drawn.unknown] : [])],
      headers: {
        ...(drawn.body !== undefined && { 'content-type': type ?? 'application/json' }),
        ...(drawn.key !== undefined && { 'idempotency-key': drawn.key }),
      },
      ...(drawn.body !== undefined && method !== 'GET' && { body: drawn.body }),
    }));
}

const pathValue = (name: string) =>
  fc.oneof(
    { weight: 6, arbitrary: idNamed(name) },
    { weight: 1, arbitrary: fc.uuid() },
    { weight: 2, arbitrary: hostileText },
  );

const bodies = (schemas: SchemaValues, schema: Schema): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 5, arbitrary: schemas.valid(schema).map(jsonOf) },
    { weight: 5, arbitrary: schemas.damaged(schema).map(jsonOf) },
    { weight: 1, arbitrary: hostile.map(jsonOf) },
    { weight: 1, arbitrary: fc.constantFrom(...NOT_JSON) },
  );

const AGENTS = [
  '{provider: simulated, turns: 2, delay_ms: 1}',
  '{provider: command, command: [true]}',
  '{provider: no-such}',
];

const documents = fc.oneof(
  fc
    .tuple(fc.stringMatching(/^[a-z]{1,3}$/), fc.constantFrom(...AGENTS))
    .map(
      ([id, agent]) =>
        `id: ${id}\nname: ${id}\nrequires_repos: false\nphases:\n  - {id: one, name: One, order: 1, agent: ${agent}}\n`,
    ),
  hostileText,
);

const jsonOf = (value: unknown): string => JSON.stringify(value);

const textOf = (value: unknown): string => (typeof value === 'string' ? value : jsonOf(value));
