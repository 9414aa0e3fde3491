import { parsePosition } from '@syntropic/projections';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { principalOf } from '../access/principal';
import { invalidRequest, Problem, type FieldFault } from '../problems/problem';
import { isForm, isYaml } from './content-types';
import type { ApiRequest, Endpoint } from './endpoint';
import { faultsOf } from './faults';
import { originOf } from './request-origin';
import { unstorableTexts } from './unstorable-text';

/** Checks a request against its endpoint. @throws Problem with all faults together */
export function parseRequest(endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply): ApiRequest {
  if (request.url.includes('%00')) throw new Problem('request.malformed', 'the address holds a NUL');

  const faults: FieldFault[] = [];
  const parsed = (schema: z.ZodType | undefined, input: unknown): unknown => {
    faults.push(...unstorableTexts(input));
    const result = schema?.safeParse(input);
    if (result?.error) faults.push(...faultsOf(result.error));
    return result?.data;
  };

  const params = parsed(endpoint.params, request.params);
  const query = parsed(endpoint.query, request.query);
  const body = streamedBodyOf(endpoint, request) ?? parsed(endpoint.body, jsonOf(endpoint, request));
  if (faults.length > 0) throw invalidRequest(faults);

  const minPosition = request.headers['x-min-position'];
  return {
    // These are the outputs of the endpoint's own schemas, which `Endpoint` alone does not name.
    params: params as never,
    query: query as never,
    body: body,
    caller: () => principalOf(request),
    origin: originOf(request, reply),
    minPosition: typeof minPosition === 'string' ? parsePosition(minPosition) : undefined,
    headers: request.headers,
    reply,
  };
}

/** A body without a schema: the bytes that a sender has signed, the text of a document, or the stream of a form. */
function streamedBodyOf({ yaml, file, signed }: Endpoint, request: FastifyRequest): unknown {
  if (signed) return signedOf(request);
  if (yaml) return yamlOf(request);
  return file === undefined ? undefined : formOf(request, file);
}

function signedOf({ body }: FastifyRequest): Buffer {
  if (Buffer.isBuffer(body)) return body;
  throw new Problem('request.unsupported_content', 'this takes application/json');
}

function jsonOf(endpoint: Endpoint, request: FastifyRequest): unknown {
  const type = request.headers['content-type'];
  if (isYaml(type) || isForm(type)) {
    throw new Problem('request.unsupported_content', 'this takes application/json');
  }
  if (endpoint.body) return request.body;
  if (isNothing(request.body) || request.method === 'GET') return undefined;
  throw invalidRequest([{ field: '', message: 'this takes no body' }]);
}

/** Some clients send an empty object where an endpoint takes no body. */
const isNothing = (body: unknown): boolean =>
  body === undefined || body === null || (typeof body === 'object' && Object.keys(body).length === 0);

function formOf(request: FastifyRequest, field: string): unknown {
  if (isForm(request.headers['content-type'])) return request.body;
  throw new Problem(
    'request.unsupported_content',
    `this takes a multipart/form-data with a file in the field ${field}`,
  );
}

function yamlOf(request: FastifyRequest): string {
  if (typeof request.body === 'string' && isYaml(request.headers['content-type'])) return request.body;
  throw new Problem('request.unsupported_content', 'this takes a YAML document as application/yaml');
}
