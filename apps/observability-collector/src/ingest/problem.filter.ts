import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { classifyStoreError } from '@syntropic/postgres';
import { BufferFull, otlpStatus, Unreadable } from '@syntropic/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { IngestProblem, type IngestCode } from './ingest-problem';
import { isProtobuf } from './content-type';

const SOON_SECONDS = 1;
const LATER_SECONDS = 5;

/** Turns every error into its problem document, or into the status that OTLP prescribes. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger('Problem');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = problemOf(error);
    if (problem.status === 500) this.#logger.error(error);
    if (reply.sent) return;

    const { retryAfterSeconds } = problem.details;
    if (retryAfterSeconds !== undefined) void reply.header('retry-after', retryAfterSeconds);
    if (problem.status === 401) void reply.header('www-authenticate', 'Bearer realm="syntropic"');
    // The rest of a refused body is not read.
    if (problem.status === 413 || problem.status === 408) void reply.header('connection', 'close');
    void reply.status(problem.status);
    if (request.url.startsWith('/v1/') && isProtobuf(request)) {
      void reply.type('application/x-protobuf').send(Buffer.from(otlpStatus(problem.message)));
    } else {
      void reply.type('application/problem+json').send({ ...problem.document, instance: request.url });
    }
  }
}

const BY_STATUS: Readonly<Record<number, IngestCode>> = {
  400: 'request.malformed',
  404: 'request.not_found',
  405: 'request.not_found',
  413: 'request.too_large',
  415: 'request.unsupported_content',
};

function problemOf(error: unknown): IngestProblem {
  if (error instanceof IngestProblem) return error;
  if (error instanceof Unreadable) {
    const code = error.field === undefined ? 'request.malformed' : 'request.invalid';
    return new IngestProblem(code, error.message, error.field === undefined ? {} : { field: error.field });
  }
  if (error instanceof BufferFull) {
    return new IngestProblem('telemetry.buffer_full', error.message, { retryAfterSeconds: SOON_SECONDS });
  }
  if (['unavailable', 'conflict'].includes(classifyStoreError(error))) {
    return new IngestProblem('store.unavailable', 'the store does not answer', {
      retryAfterSeconds: LATER_SECONDS,
      cause: error,
    });
  }
  const code = error instanceof HttpException ? BY_STATUS[error.getStatus()] : undefined;
  return code === undefined
    ? new IngestProblem('internal.fault', 'something went wrong here', { cause: error })
    : new IngestProblem(code, (error as HttpException).message);
}
