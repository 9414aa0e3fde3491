import type { Role } from '@syntropic/access';
import type { Actor } from '@syntropic/kernel';
import type { FastifyRequest } from 'fastify';

/** The caller of a request. */
export type Principal = Readonly<{
  actor: Actor;
  /** Undefined for a login that has none of the roles. */
  role: Role | undefined;
  /** The areas that the caller is restricted to; empty for the whole API. */
  scopes: readonly string[];
  /** Undefined for a caller without a limit. */
  requestsPerMinute: number | undefined;
  /** The end of a login, in milliseconds since 1970; a key has its own in the directory. */
  loginUntil?: number;
  /** False once the key was revoked, or the login has expired. */
  isValid: () => boolean;
}>;

/** The caller while no keys and no logins are configured. */
export const LOCAL: Principal = {
  actor: { kind: 'user', id: 'local' },
  role: 'admin',
  scopes: [],
  requestsPerMinute: undefined,
  isValid: () => true,
};

/** The caller of public routes. */
const ANONYMOUS: Actor = { kind: 'user', id: 'anonymous' };

const principals = new WeakMap<FastifyRequest, Principal>();

export const rememberPrincipal = (request: FastifyRequest, principal: Principal): void => {
  principals.set(request, principal);
};

/** The caller of a guarded route. */
export function principalOf(request: FastifyRequest): Principal {
  const principal = principals.get(request);
  if (!principal) throw new Error('the route is public, so its caller is not known');
  return principal;
}

export const actorOf = (request: FastifyRequest): Actor => knownActorOf(request) ?? ANONYMOUS;

/** Undefined before the request was authenticated. */
export const knownActorOf = (request: FastifyRequest): Actor | undefined => principals.get(request)?.actor;
