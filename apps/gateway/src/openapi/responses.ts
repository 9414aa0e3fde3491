import { z } from 'zod';
import type { Endpoint } from '../http/endpoint';
import { Problem } from '../problems/problem';
import { PROBLEM_CODES, type ProblemCode } from '../problems/problem-codes';
import { ProblemDocument } from '../problems/problem-document';
import { problemOf } from '../problems/problem-of';
import type { JsonSchemas } from './json-schemas';
import type { Response } from './bodies';

const hasBody = ({ body, yaml, file }: Endpoint): boolean => [body, yaml, file].some((part) => part !== undefined);

/** The refusals of each operation, from what its endpoint declares: a status by one of its codes, which its example shows. */
const REFUSALS: readonly Readonly<{ code: ProblemCode; description: string; isOf: (endpoint: Endpoint) => boolean }>[] =
  [
    { code: 'request.malformed', description: 'The request cannot be read', isOf: () => true },
    { code: 'access.unauthenticated', description: 'A valid key is needed', isOf: ({ access }) => access !== 'public' },
    {
      code: 'access.out_of_scope',
      description: 'The key has another role, or is for other areas',
      isOf: ({ access }) => access !== 'public',
    },
    {
      code: 'request.not_found',
      description: 'The address names nothing that exists',
      isOf: ({ params }) => params !== undefined,
    },
    {
      code: 'id.ambiguous',
      description: 'The first characters of an id are those of several, or the state does not allow it',
      isOf: ({ params, method }) => params !== undefined || method !== 'GET',
    },
    { code: 'request.too_large', description: 'The body is too large', isOf: hasBody },
    {
      code: 'request.unsupported_content',
      description: 'The body is in a format that is not taken here',
      isOf: hasBody,
    },
    {
      code: 'request.invalid',
      description: 'The request has faults, each with its field',
      isOf: (endpoint) => hasBody(endpoint) || endpoint.query !== undefined || endpoint.params !== undefined,
    },
    {
      code: 'access.too_many_requests',
      description: 'The key has used up its rate; `Retry-After` says when to come back',
      isOf: ({ access }) => access !== 'public',
    },
    {
      code: 'store.unavailable',
      description: 'A store is away, or too much waits; `Retry-After` says when to come back',
      isOf: () => true,
    },
  ];

/** A frame of a stream. */
const FRAME =
  'id: 4f1c2b.4711-12\nevent: PhaseStarted\ndata: {"execution_id": "exec-0123456789ab", "phase_id": "greet"}\n\n';

/** The answers of an operation by status. */
export function responsesOf(endpoint: Endpoint, schemas: JsonSchemas): Record<string, Response> {
  const { reply, status = 200, also = {} } = endpoint;
  const content =
    reply === 'event-stream'
      ? { 'text/event-stream': { schema: { type: 'string' }, example: FRAME } }
      : { 'application/json': { schema: schemas.of(reply, 'output') } };
  const schema = schemas.of(ProblemDocument, 'output');
  const problem = (code: ProblemCode, description: string) => ({
    description,
    content: { 'application/problem+json': { schema, example: problemExample(code, description) } },
  });
  const refusals = REFUSALS.filter(({ isOf }) => isOf(endpoint));
  return {
    [status]: { description: 'Done', ...headersOf(endpoint), content },
    ...Object.fromEntries(
      refusals.map(({ code, description }) => [PROBLEM_CODES[code].status, problem(code, description)]),
    ),
    ...Object.fromEntries(Object.entries(also).map(([code, description]) => [code, { description }])),
    default: problem('internal.fault', 'A problem document'),
  };
}

const NEXT = {
  description: 'The `cursor` of the next page; absent at the end.',
  schema: { type: 'string' },
  example: 'WyJ2OVRMeWM0ZWx1WSIsWyJhY21lL3Nob3AiLCJyZXBvLTAxMjM0NTY3Il1d',
};
const TOTAL = { description: 'The number of all items that match.', schema: { type: 'integer' }, example: 42 };

/** Lists with pages by cursor say how they go on; those that are bare arrays say how long they are. */
const headersOf = ({ query, reply }: Endpoint): Pick<Response, 'headers'> =>
  query && 'cursor' in query.shape
    ? { headers: { 'X-Next': NEXT, ...(reply instanceof z.ZodArray && { 'X-Total-Count': TOTAL }) } }
    : {};

const problemExample = (code: ProblemCode, detail: string): ProblemDocument => ({
  ...problemOf(new Problem(code, detail)).document,
  instance: '/api/workflows',
});
