import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problemOf } from './problem-of';

/** Turns every error into its problem document. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger('Problem');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    if (reply.sent) {
      this.#logger.error('a reply failed after its beginning was sent', error);
      return;
    }

    const { document, retryAfterSeconds, isFault } = problemOf(error);
    if (isFault) this.#logger.error(error);
    else if (document.status >= 500) this.#logger.warn(document.code, { error });

    const instance = http.getRequest<FastifyRequest>().url;
    if (retryAfterSeconds !== undefined) void reply.header('retry-after', retryAfterSeconds);
    void reply
      .status(document.status)
      .type('application/problem+json')
      .send({ ...document, instance });
  }
}
