import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { includesRole } from '@syntropic/access';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem';
import { Authentication } from './authentication';
import { credentialIn } from './credentials';
import { rememberPrincipal, type Principal } from './principal';
import { RouteAccess, type Declared } from './route-access';
import { WatchedStreams } from './watched-streams';

const REALM = 'Bearer realm="syntropic"';

/** Lets requests pass whose caller has the role of the route, before their body is read. */
@Injectable()
export class RequestGate implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly routes: RouteAccess,
    private readonly authentication: Authentication,
    private readonly streams: WatchedStreams,
  ) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('onRequest', (request, reply, done) => {
      const refuse = (error: Error) => {
        addChallenge(request, reply, error);
        done(error);
      };
      try {
        const passed = request.is404 ? undefined : this.#pass(request, reply);
        if (passed)
          void passed.then(() => {
            done();
          }, refuse);
        else done();
      } catch (error) {
        refuse(error as Error);
      }
    });
  }

  /** Without a promise where the caller is known at once. */
  #pass(request: FastifyRequest, reply: FastifyReply): Promise<void> | undefined {
    const declared = this.routes.of(request.method, request.routeOptions.url ?? '');
    if (declared.access === 'public') return undefined;
    const principal = this.authentication.principalOf(request);
    const admit = (caller: Principal) => {
      demandRole(caller, declared);
      rememberPrincipal(request, caller);
      if (declared.isStream) this.streams.watch(reply.raw, caller);
    };
    if (principal instanceof Promise) return principal.then(admit);
    admit(principal);
    return undefined;
  }
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

/** Tells how to authenticate, or why the credential is not enough (RFC 6750). */
function addChallenge(request: FastifyRequest, reply: FastifyReply, error: Error): void {
  if (!(error instanceof Problem)) return;
  const { status } = error.kind;
  if (status === 401) {
    const isWrong = credentialIn(request) !== undefined;
    void reply.header('www-authenticate', isWrong ? `${REALM}, error="invalid_token"` : REALM);
  }
  if (error.code === 'access.role_missing') {
    void reply.header('www-authenticate', `${REALM}, error="insufficient_scope"`);
  }
}
