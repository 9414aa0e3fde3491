import { derivedUuid } from '@syntropic/kernel';
import { MOST_ROUTE, type CommandOrigin } from '@syntropic/messaging';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { actorOf } from '../access/principal';
import { invalidRequest } from '../problems/problem';

/** The part of a command's context that comes from its HTTP request. */
export type RequestOrigin = Pick<
  CommandOrigin,
  'commandId' | 'correlationId' | 'causationId' | 'actor' | 'traceparent' | 'request' | 'isKeyed'
>;

const PRINCIPALS = 'b0a4a9a2-6b0e-5a53-9a36-0c1d6f7f2f10';
const LONGEST_KEY = 255;

const correlations = new WeakMap<FastifyRequest, string>();

const REQUEST_ID = /^[\w.:-]{1,128}$/;
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The correlation id of a request: the caller's own, its trace id, or a new one. */
export function correlationOf(request: FastifyRequest): string {
  const known = correlations.get(request);
  if (known) return known;

  const given = headerOf(request, 'x-request-id');
  const correlationId =
    given && REQUEST_ID.test(given) ? given : (TRACEPARENT.exec(traceparentOf(request) ?? '')?.[1] ?? randomUUID());
  correlations.set(request, correlationId);
  return correlationId;
}

/** `elapsedTime`: milliseconds since the request was received. */
export function originOf(request: FastifyRequest, { elapsedTime }: Pick<FastifyReply, 'elapsedTime'>): RequestOrigin {
  const correlationId = correlationOf(request);
  const traceparent = traceparentOf(request);
  return {
    commandId: commandIdOf(request),
    correlationId,
    causationId: correlationId,
    actor: actorOf(request),
    request: {
      route: `${request.method} ${request.routeOptions.url ?? ''}`.slice(0, MOST_ROUTE),
      receivedAt: new Date(Date.now() - elapsedTime).toISOString(),
    },
    ...(headerOf(request, 'idempotency-key') !== undefined && { isKeyed: true }),
    ...(traceparent && TRACEPARENT.test(traceparent) && { traceparent }),
  };
}

/** The same key on the same request of the same caller gives the same command id: a resent command is executed once. */
function commandIdOf(request: FastifyRequest): string {
  const key = headerOf(request, 'idempotency-key');
  if (key === undefined) return randomUUID();
  if (key === '' || key.length > LONGEST_KEY) {
    throw invalidRequest([{ field: 'Idempotency-Key', message: `1 to ${LONGEST_KEY} characters` }]);
  }
  const { kind, id } = actorOf(request);
  const principal = derivedUuid(PRINCIPALS, kind, id);
  return derivedUuid(principal, request.method, pathOf(request), key);
}

/** The path without its version: both prefixes address the same endpoint. */
const pathOf = ({ url }: FastifyRequest): string => (url.split('?')[0] ?? url).replace(/^\/api\/v1\//, '/api/');

const traceparentOf = (request: FastifyRequest) => headerOf(request, 'traceparent');

function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}
