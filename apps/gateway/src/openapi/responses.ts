import type { Endpoint } from '../http/endpoint';
import { ProblemDocument } from '../problems/problem-document';
import type { JsonSchema, JsonSchemas } from './json-schemas';

const hasBody = ({ body, yaml, file }: Endpoint): boolean => [body, yaml, file].some((part) => part !== undefined);

/** The refusals of each operation, from what its endpoint declares. A problem's `code` says more than its status. */
const REFUSALS: readonly Readonly<{ status: number; description: string; isOf: (endpoint: Endpoint) => boolean }>[] = [
  { status: 400, description: 'The request cannot be read', isOf: () => true },
  { status: 401, description: 'A valid key is needed', isOf: ({ access }) => access !== 'public' },
  {
    status: 403,
    description: 'The key has another role, or is for other areas',
    isOf: ({ access }) => access !== 'public',
  },
  { status: 404, description: 'The address names nothing that exists', isOf: ({ params }) => params !== undefined },
  {
    status: 409,
    description: 'The first characters of an id are those of several, or the state does not allow it',
    isOf: ({ params, method }) => params !== undefined || method !== 'GET',
  },
  { status: 413, description: 'The body is too large', isOf: hasBody },
  {
    status: 415,
    description: 'The body is in a format that is not taken here',
    isOf: hasBody,
  },
  {
    status: 422,
    description: 'The request has faults, each with its field',
    isOf: (endpoint) => hasBody(endpoint) || endpoint.query !== undefined || endpoint.params !== undefined,
  },
  {
    status: 429,
    description: 'The key has used up its rate; `Retry-After` says when to come back',
    isOf: ({ access }) => access !== 'public',
  },
  {
    status: 503,
    description: 'A store is away, or too much waits; `Retry-After` says when to come back',
    isOf: () => true,
  },
];

/** The answers of an operation by status. */
export function responsesOf(endpoint: Endpoint, schemas: JsonSchemas): Record<string, JsonSchema> {
  const { reply, status = 200, also = {} } = endpoint;
  const content =
    reply === 'event-stream'
      ? { 'text/event-stream': { schema: { type: 'string' } } }
      : { 'application/json': { schema: schemas.of(reply, 'output') } };
  const problem = { 'application/problem+json': { schema: schemas.of(ProblemDocument, 'output') } };
  const refusals = REFUSALS.filter(({ isOf }) => isOf(endpoint));
  return {
    [status]: { description: 'Done', content },
    ...Object.fromEntries(
      refusals.map((refusal) => [refusal.status, { description: refusal.description, content: problem }]),
    ),
    ...Object.fromEntries(Object.entries(also).map(([code, description]) => [code, { description }])),
    default: { description: 'A problem document', content: problem },
  };
}
