import type { FastifyRequest } from 'fastify';
import { IngestProblem } from './ingest-problem';

type Asked = Pick<FastifyRequest, 'headers'>;

/** The type of a body without its parameters. */
const contentTypeOf = ({ headers }: Asked): string =>
  (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

export const isJson = (request: Asked): boolean => contentTypeOf(request) === 'application/json';

export const isLines = (request: Asked): boolean =>
  ['application/x-ndjson', 'application/jsonl', 'application/ndjson'].includes(contentTypeOf(request));

export const isProtobuf = (request: Asked): boolean => contentTypeOf(request) === 'application/x-protobuf';

export const unsupported = (request: Asked, taken: string): IngestProblem =>
  new IngestProblem('request.unsupported_content', `content-type: ${taken}, not ${contentTypeOf(request)}`, {
    field: 'content-type',
  });
