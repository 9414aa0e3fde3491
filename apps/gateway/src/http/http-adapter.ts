import { FastifyAdapter } from '@nestjs/platform-fastify';
import { withCorrelation } from '@syntropic/observability';
import { closeIdleConnections } from '@syntropic/service';
import type { FastifyInstance } from 'fastify';
import type { ServerResponse } from 'node:http';
import type { RouteAccess } from '../access/route-access';
import type { GatewayConfig } from '../gateway.config';
import { Problem } from '../problems/problem';
import { problemOf } from '../problems/problem-of';
import { boundAnswers } from './answer-bytes';
import { isSigned, MAX_BODY_BYTES, takeBodies } from './content-types';
import { LIST_HEADERS } from './list-headers';
import { observeRequests } from './request-metrics';
import { refuseUnreadable } from './refuse-unreadable';
import { refuseForeign } from './refuse-foreign';
import { correlationOf } from './request-origin';

const RATE_LIMIT_HEADERS = ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'];

const CORS = {
  methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  exposedHeaders: [
    'x-position',
    'x-request-id',
    'retry-after',
    'www-authenticate',
    ...LIST_HEADERS,
    ...RATE_LIMIT_HEADERS,
  ],
};

/** Fastify with the hooks and parsers of every request. */
export function httpAdapter(
  { ALLOWED_ORIGINS: origins, PUBLIC_HOSTS: hosts }: Pick<GatewayConfig, 'ALLOWED_ORIGINS' | 'PUBLIC_HOSTS'>,
  routes: RouteAccess,
): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: 300 },
    // Requests that Fastify refuses before routing never reach Nest's exception filter.
    frameworkErrors: ({ message }: Error, { url }: { url: string }, { raw }: { raw: ServerResponse }) => {
      const { document } = problemOf(new Problem('request.malformed', message));
      raw.writeHead(document.status, { 'content-type': 'application/problem+json' });
      raw.end(JSON.stringify({ ...document, instance: url }));
    },
    clientErrorHandler: refuseUnreadable,
  });
  const fastify = adapter.getInstance<FastifyInstance>();

  demandAccess(fastify, routes);
  takeBodies(fastify);
  observeRequests(fastify);
  boundAnswers(fastify);
  closeIdleConnections(fastify);
  fastify.addHook('onRequest', (request, reply, done) => {
    const correlationId = correlationOf(request);
    void reply.header('x-request-id', correlationId);
    withCorrelation(correlationId, () => {
      refuse(() => {
        if (!isSigned(request)) refuseForeign(request, { hosts, origins });
      }, done);
    });
  });
  if (origins.length > 0) adapter.enableCors({ ...CORS, origin: [...origins] });
  return adapter;
}

/** Fails the start for a route that declares no access. */
function demandAccess(fastify: FastifyInstance, routes: RouteAccess): void {
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) routes.of(each, url);
  });
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
