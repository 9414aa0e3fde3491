import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { credentialIn, foreignReason, includesRole, KeyDirectory, RateLimits, type ValidKey } from '@syntropic/access';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { IngestProblem } from './ingest-problem';

/** The area of the API that a restricted key has to name. */
const AREA = 'telemetry';
const ROLE = 'operator';
const LATER_SECONDS = 5;

export type GateSettings = Readonly<{ publicHosts: readonly string[]; requestsPerMinute: number }>;
export const GATE_SETTINGS = Symbol('GATE_SETTINGS');

/** Lets reporters in before their bodies are read. Health and metrics are open. */
@Injectable()
export class IngestGate implements OnModuleInit {
  readonly #limits = new RateLimits(undefined);

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly keys: KeyDirectory,
    @Inject(GATE_SETTINGS) private readonly settings: GateSettings,
  ) {}

  onModuleInit(): void {
    this.host.httpAdapter.getInstance<FastifyInstance>().addHook('onRequest', async (request, reply) => {
      if (isGuarded(request)) await this.#pass(request, reply);
    });
  }

  /** @throws IngestProblem */
  async #pass(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const foreign = foreignReason(request.headers, { hosts: this.settings.publicHosts });
    if (foreign !== undefined) throw new IngestProblem('request.foreign', foreign);
    if (!this.keys.isTrusted) {
      throw new IngestProblem('store.unavailable', 'the store of keys does not answer', {
        retryAfterSeconds: LATER_SECONDS,
      });
    }
    if (!this.keys.hasKeys) {
      const other = foreignReason(request.headers);
      if (other !== undefined) {
        throw new IngestProblem('request.foreign', 'other hosts than localhost are served once a key exists');
      }
      return;
    }
    const key = await this.#keyOf(request);
    demandRights(key);
    await this.#count(key, reply);
  }

  async #keyOf(request: FastifyRequest): Promise<ValidKey> {
    const credential = credentialIn(request);
    if (credential === undefined) {
      throw new IngestProblem('access.unauthenticated', 'send a key as `Authorization: Bearer …`');
    }
    const key = await this.keys.findNew(credential);
    if (!key) {
      throw new IngestProblem('access.unauthenticated', 'the key is unknown, has expired or was revoked');
    }
    return key;
  }

  async #count({ keyId, requestsPerMinute }: ValidKey, reply: FastifyReply): Promise<void> {
    const limit = requestsPerMinute ?? this.settings.requestsPerMinute;
    const passage = await this.#limits.pass(keyId, limit);
    void reply
      .header('ratelimit-limit', passage.limit)
      .header('ratelimit-remaining', passage.remaining)
      .header('ratelimit-reset', passage.resetSeconds);
    if (passage.isAllowed) return;
    throw new IngestProblem('access.too_many_requests', `${limit} requests per minute are allowed`, {
      retryAfterSeconds: passage.resetSeconds,
    });
  }
}

const isGuarded = ({ is404, url }: FastifyRequest): boolean => !is404 && !/^\/(health\/|metrics)/.test(url);

/** @throws IngestProblem */
function demandRights({ role, scopes }: ValidKey): void {
  if (!includesRole(role, ROLE)) {
    throw new IngestProblem('access.role_missing', `this needs the role ${ROLE}, and the key has ${role}`);
  }
  if (scopes.length > 0 && !scopes.includes(AREA)) {
    throw new IngestProblem('access.out_of_scope', `the key is for ${scopes.join(', ')} only, not for ${AREA}`);
  }
}
