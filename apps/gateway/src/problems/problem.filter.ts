import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { JsonLogger } from '@syntropic/observability';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problemOf } from './problem-of';

/** The one place where errors become answers. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: JsonLogger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    if (reply.sent) {
      this.logger.error('a reply broke after it had begun', error);
      return;
    }

    const { document, retryAfterSeconds, isFault } = problemOf(error);
    if (isFault) this.logger.error(error, 'Problem');
    else if (document.status >= 500) this.logger.warn(document.code, { error }, 'Problem');

    const instance = http.getRequest<FastifyRequest>().url;
    if (retryAfterSeconds !== undefined) void reply.header('retry-after', retryAfterSeconds);
    void reply
      .status(document.status)
      .type('application/problem+json')
      .send({ ...document, instance });
  }
}
