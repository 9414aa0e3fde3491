import { Injectable } from '@nestjs/common';
import { includesRole, RateLimits, type Passage } from '@syntropic/access';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem';
import { Authentication } from './authentication';
import { rememberPrincipal, type Principal } from './principal';
import { RouteAccess, type Declared } from './route-access';
import { WatchedStreams } from './watched-streams';

/** Lets requests pass whose caller has the role of the route, and requests left. */
@Injectable()
export class RequestGate {
  constructor(
    private readonly routes: RouteAccess,
    private readonly authentication: Authentication,
    private readonly limits: RateLimits,
    private readonly streams: WatchedStreams,
  ) {}

  /** Without a promise where the caller is known at once and has requests left. @throws Problem */
  pass(request: FastifyRequest, reply: FastifyReply): Promise<void> | undefined {
    const declared = this.routes.of(request.method, request.routeOptions.url ?? '');
    if (declared.access === 'public') return undefined;

    return after(this.authentication.principalOf(request, declared), (caller) => {
      // Also for the audit, which names the callers of refused requests.
      rememberPrincipal(request, caller);
      return after(this.#passageOf(caller), (passage) => {
        if (passage) demandPassage(reply, passage);
        demandRole(caller, declared);
        if (declared.isStream) this.streams.watch(reply.raw, caller);
        return undefined;
      });
    });
  }

  #passageOf({ actor, requestsPerMinute }: Principal): Passage | undefined | Promise<Passage> {
    return requestsPerMinute === undefined
      ? undefined
      : this.limits.pass(`${actor.kind}:${actor.id}`, requestsPerMinute);
  }
}

/** The next step at once, or after a promise: most requests need none. */
function after<T>(value: T | Promise<T>, next: (value: T) => Promise<void> | undefined): Promise<void> | undefined {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** @throws Problem `access.too_many_requests` */
function demandPassage(reply: FastifyReply, { isAllowed, limit, remaining, resetSeconds }: Passage): void {
  void reply
    .header('ratelimit-limit', limit)
    .header('ratelimit-remaining', remaining)
    .header('ratelimit-reset', resetSeconds);
  if (isAllowed) return;
  throw new Problem('access.too_many_requests', `${limit} requests per minute are allowed`, {
    retryAfterSeconds: resetSeconds,
  });
}

/** @throws Problem naming the role or the scope that is missing */
function demandRole({ role, scopes }: Principal, { access, area }: Declared): void {
  if (access === 'public') return;
  if (!role || !includesRole(role, access)) {
    throw new Problem('access.role_missing', `this needs the role ${access}, and the caller has ${role ?? 'no role'}`);
  }
  if (scopes.length > 0 && (area === undefined || !scopes.includes(area))) {
    throw new Problem('access.out_of_scope', `the key is for ${scopes.join(', ')} only, not for ${area ?? 'this'}`);
  }
}
