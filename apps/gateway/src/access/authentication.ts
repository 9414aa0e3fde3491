import { Injectable } from '@nestjs/common';
import { KeyDirectory, type ValidKey } from '@syntropic/access';
import type { FastifyRequest } from 'fastify';
import { isLoopback } from '../http/refuse-foreign';
import { Problem } from '../problems/problem';
import { credentialIn } from './credentials';
import { LOCAL, type Principal } from './principal';

const LATER_SECONDS = 5;

/** Finds the caller of a request. Only a key that this replica does not know costs a round trip. */
@Injectable()
export class Authentication {
  constructor(private readonly keys: KeyDirectory) {}

  /** @throws Problem `access.unauthenticated`; `request.foreign` for other hosts while there are no keys */
  principalOf(request: FastifyRequest): Principal | Promise<Principal> {
    if (!this.keys.isTrusted) {
      throw new Problem('store.unavailable', 'the store of keys does not answer', {
        retryAfterSeconds: LATER_SECONDS,
      });
    }
    if (!this.keys.hasKeys) return localPrincipal(request);

    const credential = credentialIn(request);
    if (credential === undefined)
      throw new Problem('access.unauthenticated', 'send a key as `Authorization: Bearer …`');
    const key = this.keys.find(credential);
    return key ? this.#of(key) : this.#ofNew(credential);
  }

  async #ofNew(credential: string): Promise<Principal> {
    const key = await this.keys.findNew(credential);
    if (!key) throw new Problem('access.unauthenticated', 'the key is unknown, has expired or was revoked');
    return this.#of(key);
  }

  #of({ keyId, role, scopes }: ValidKey): Principal {
    const isValid = () => this.keys.findById(keyId) !== undefined;
    return { actor: { kind: 'key', id: keyId }, role, scopes, isValid };
  }
}

function localPrincipal({ headers }: FastifyRequest): Principal {
  if (isLoopback(headers.host)) return LOCAL;
  throw new Problem('request.foreign', 'other hosts than localhost are served once a key exists');
}
