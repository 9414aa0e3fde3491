import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { KnownPaths } from '../http/known-paths';
import { Problem } from './problem';
import { problemOf } from './problem-of';
import { RefusalLog } from './refusal-log';

/** Turns every error into its problem document. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger('Problem');
  readonly #refusals = new RefusalLog(this.#logger);

  constructor(private readonly paths: KnownPaths) {}

  catch(fault: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = request.is404 ? (this.#unrouted(request, reply) ?? fault) : fault;
    if (reply.sent) {
      this.#logger.error('a reply failed after its beginning was sent', error);
      return;
    }

    const { document, retryAfterSeconds, isFault } = problemOf(error);
    if (isFault) this.#logger.error(error);
    else if (document.status >= 500) this.#refusals.add(document.code, error);

    if (retryAfterSeconds !== undefined) void reply.header('retry-after', retryAfterSeconds);
    void reply
      .status(document.status)
      .type('application/problem+json')
      .send({ ...document, instance: request.url });
  }

  /** A known path without this method names those that it has. */
  #unrouted({ method, url }: FastifyRequest, reply: FastifyReply): Problem | undefined {
    const methods = this.paths.methodsAt(url);
    if (methods.length === 0) return undefined;
    void reply.header('allow', methods.join(', '));
    return new Problem('request.method_not_allowed', `${method} is not possible here, only ${methods.join(', ')}`);
  }
}
