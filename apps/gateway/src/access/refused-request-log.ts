import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { auditCommands, REFUSALS_A_MESSAGE, type RefusedRequests } from '@syntropic/access';
import { repeat } from '@syntropic/async';
import { shortText } from '@syntropic/kernel';
import { CommandClient, type CommandOrigin } from '@syntropic/messaging';
import type { FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { Problem } from '../problems/problem';
import { knownActorOf } from './principal';

const { RecordRefusals } = auditCommands;

const EVERY_MS = 5_000;
/** The refusals that depend on the caller: a missing credential or right, and too many requests. */
const RECORDED: ReadonlySet<number> = new Set([401, 403, 429]);
const LONGEST_ID = 400;
/** Refusals that are counted together, of any caller, code and route. */
const OTHERS = { actor: { kind: 'anonymous', id: 'others' }, code: 'several', method: '*', route: '*' } as const;

/**
 * Counts the requests that the gate refuses, and reports them to the audit each 5 s: equal ones as one record, and what goes beyond 200
 * different ones together. So refused callers cannot fill the store, and no request waits for a record.
 */
@Injectable()
export class RefusedRequestLog implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(RefusedRequestLog.name);
  readonly #stop = new AbortController();
  #counted = new Map<string, RefusedRequests>();
  #running: Promise<void> | undefined;

  constructor(private readonly client: CommandClient) {}

  onApplicationBootstrap(): void {
    const onFault = (error: unknown) => {
      this.#logger.warn('refused requests could not be recorded, and are counted on', { error });
    };
    this.#running = repeat(this.#stop.signal, { everyMs: EVERY_MS, onFault }, () => this.#report());
  }

  /** The rest is reported while the bus is still connected. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#report().catch((error: unknown) => {
      this.#logger.warn('the last refused requests could not be recorded', { error });
    });
  }

  add(request: FastifyRequest, { code, kind: { status } }: Problem): void {
    if (!RECORDED.has(status)) return;
    const { kind, id } = knownActorOf(request) ?? { kind: 'anonymous' as const, id: request.ip };
    const { method, routeOptions } = request;
    const actor = { kind, id: shortText(id, LONGEST_ID) };
    this.#count({ actor, code, status, method, route: routeOptions.url ?? '*', count: 1 });
  }

  #count(refused: RefusedRequests): void {
    const { actor, code, method, route, count } = refused;
    const key = JSON.stringify([actor.kind, actor.id, code, method, route]);
    const known = this.#counted.get(key);
    if (known) this.#counted.set(key, { ...known, count: known.count + count });
    else if (this.#counted.size < REFUSALS_A_MESSAGE || route === OTHERS.route) this.#counted.set(key, refused);
    else this.#count({ ...OTHERS, count });
  }

  async #report(): Promise<void> {
    if (this.#counted.size === 0) return;
    const refused = [...this.#counted.values()];
    this.#counted = new Map();
    try {
      await this.client.send(RecordRefusals, { refused }, ownOrigin());
    } catch (error) {
      for (const one of refused) this.#count(one);
      throw error;
    }
  }
}

const ownOrigin = (): CommandOrigin => {
  const id = randomUUID();
  return { commandId: id, correlationId: id, causationId: id, actor: { kind: 'service', id: 'gateway' } };
};
