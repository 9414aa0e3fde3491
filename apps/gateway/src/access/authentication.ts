import { Inject, Injectable, Optional } from '@nestjs/common';
import {
  credentialIn,
  isLoopback,
  KeyDirectory,
  streamClaimsIn,
  type StreamClaims,
  type ValidKey,
} from '@syntropic/access';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem';
import { OidcLogins, type Login } from './oidc-logins';
import { LOCAL, type Principal } from './principal';
import type { Declared } from './route-access';
import { streamSubjectOf, streamTokenIn } from './stream-request';

/** The requests of a caller per minute, where its key says nothing else. */
export const REQUESTS_PER_MINUTE = Symbol('requests per minute');

const LATER_SECONDS = 5;

/** A signed token of a provider: three parts in base64url. Keys have no dots. */
const IS_JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Finds the caller of a request. Only a key or a provider's key that this replica does not know costs a round trip. */
@Injectable()
export class Authentication {
  constructor(
    private readonly keys: KeyDirectory,
    @Inject(REQUESTS_PER_MINUTE) private readonly requestsPerMinute: number,
    /** Absent where no provider is configured. */
    @Optional() private readonly logins?: OidcLogins,
  ) {}

  /** @throws Problem `access.unauthenticated`; `request.foreign` for other hosts while there are no keys */
  principalOf(request: FastifyRequest, { isStream }: Declared): Principal | Promise<Principal> {
    if (!this.keys.isTrusted) {
      throw new Problem('store.unavailable', 'the store of keys does not answer', {
        retryAfterSeconds: LATER_SECONDS,
      });
    }
    if (!this.keys.hasKeys && !this.logins) return localPrincipal(request);

    const credential = credentialIn(request);
    if (credential !== undefined) return this.#ofCredential(credential);
    const token = isStream ? streamTokenIn(request) : undefined;
    if (token !== undefined) return this.#ofStreamToken(token, streamSubjectOf(request));
    throw unauthenticated('send a key as `Authorization: Bearer …`');
  }

  #ofCredential(credential: string): Principal | Promise<Principal> {
    if (this.logins && IS_JWT.test(credential)) {
      const login = this.logins.find(credential);
      return login ? this.#ofLogin(login) : this.#ofNewLogin(this.logins, credential);
    }
    const key = this.keys.find(credential);
    return key ? this.#ofKey(key) : this.#ofNewKey(credential);
  }

  async #ofNewLogin(logins: OidcLogins, token: string): Promise<Principal> {
    const login = await logins.verify(token);
    if (!login) throw unauthenticated('the token is not valid here');
    return this.#ofLogin(login);
  }

  async #ofNewKey(credential: string): Promise<Principal> {
    const key = await this.keys.findNew(credential);
    if (!key) throw unauthenticated('the key is unknown, has expired or was revoked');
    return this.#ofKey(key);
  }

  #ofKey({ keyId, role, scopes, requestsPerMinute }: ValidKey): Principal {
    return {
      actor: { kind: 'key', id: keyId },
      role,
      scopes,
      requestsPerMinute: requestsPerMinute ?? this.requestsPerMinute,
      isValid: () => this.keys.findById(keyId) !== undefined,
    };
  }

  /** The caller that asked for the token, with the rights that it has now. */
  #ofStreamToken(token: string, subject: string): Principal {
    const { streamSecret = '', now } = this.keys;
    const claims = streamClaimsIn(token, subject, streamSecret, now);
    if (!claims) throw unauthenticated('the token is wrong, has expired, or is for another stream');
    return claims.login ? this.#ofActor(claims.actor, claims.login) : this.#ofKeyId(claims.actor.id);
  }

  #ofKeyId(keyId: string): Principal {
    const key = this.keys.findById(keyId);
    if (!key) throw unauthenticated('the key of the token has expired or was revoked');
    return this.#ofKey(key);
  }

  #ofLogin({ subject, ...login }: Login): Principal {
    return this.#ofActor({ kind: 'user', id: `oidc:${subject}` }, login);
  }

  #ofActor(actor: StreamClaims['actor'], { role, until }: Omit<Login, 'subject'>): Principal {
    const isValid = () => until > this.keys.now;
    if (!isValid()) throw unauthenticated('the login has expired');
    return { actor, role, scopes: [], requestsPerMinute: this.requestsPerMinute, loginUntil: until, isValid };
  }
}

const unauthenticated = (why: string) => new Problem('access.unauthenticated', why);

function localPrincipal({ headers }: FastifyRequest): Principal {
  if (isLoopback(headers.host)) return LOCAL;
  throw new Problem('request.foreign', 'other hosts than localhost are served once a key exists');
}
