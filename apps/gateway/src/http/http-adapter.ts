import { FastifyAdapter } from '@nestjs/platform-fastify';
import { withCorrelation } from '@syntropic/observability';
import { closeIdleConnections } from '@syntropic/service';
import type { FastifyInstance } from 'fastify';
import type { ServerResponse } from 'node:http';
import { Problem } from '../problems/problem';
import { problemOf } from '../problems/problem-of';
import { MAX_BODY_BYTES, takeJsonAndYaml } from './content-types';
import { observeRequests } from './request-metrics';
import { refuseForeign } from './refuse-foreign';
import { correlationOf } from './request-origin';

/** Fastify with the hooks and parsers of every request. */
export function httpAdapter(): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: 300 },
    // Requests that Fastify refuses before routing never reach Nest's exception filter.
    frameworkErrors: ({ message }: Error, { url }: { url: string }, { raw }: { raw: ServerResponse }) => {
      const { document } = problemOf(new Problem('request.malformed', message));
      raw.writeHead(document.status, { 'content-type': 'application/problem+json' });
      raw.end(JSON.stringify({ ...document, instance: url }));
    },
  });
  const fastify = adapter.getInstance<FastifyInstance>();

  takeJsonAndYaml(fastify);
  observeRequests(fastify);
  closeIdleConnections(fastify);
  fastify.addHook('onRequest', (request, reply, done) => {
    const correlationId = correlationOf(request);
    void reply.header('x-request-id', correlationId);
    withCorrelation(correlationId, () => {
      refuse(() => {
        refuseForeign(request);
      }, done);
    });
  });
  return adapter;
}

function refuse(check: () => void, done: (error?: Error) => void): void {
  try {
    check();
  } catch (error) {
    done(error as Error);
    return;
  }
  done();
}
