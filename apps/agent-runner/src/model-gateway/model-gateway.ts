import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { refuse, type Exchange, type Refusal } from '../session-socket/exchange';
import { readBody } from '../session-socket/request-body';
import { modelCalls } from '../session-socket/socket-metrics';
import { textOf } from './answers/dialect';
import type { CallGuard, CallVerdict, PlannedCall } from './call-guard';
import type { CallingSession } from './calling-session';
import { operationAt, type Operation } from './operations';
import { PassedCall } from './passed-call';
import { ProviderConnections } from './provider-connections';
import { requestDocument } from './request-document';
import { secretOf, type Upstream, type Upstreams } from './upstreams';

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2_000;

type Target = Readonly<{ upstream: Upstream; operation: Operation }>;

/** Passes the calls of sessions on to providers of models: adds the credentials, and records what each call has used. */
export class ModelGateway {
  readonly #connections = new ProviderConnections();

  constructor(private readonly upstreams: Upstreams) {}

  close(): void {
    this.#connections.close();
  }

  /** Answers one request of an agent. @throws when its client has gone, or its record cannot be written */
  async answer(exchange: Exchange, session: CallingSession): Promise<void> {
    const arrivedAt = performance.now();
    const target = this.#targetOf(exchange);
    if ('status' in target) {
      refuse(exchange.response, target);
      return;
    }
    const held = await readBody(exchange.request, session.bodies);
    try {
      await this.#call(exchange, session, { ...target, body: held.bytes, arrivedAt });
    } finally {
      held.free();
    }
  }

  #targetOf({ request, path }: Exchange): Target | Refusal {
    const [, name = '', rest = ''] = /^\/([^/]*)(\/.*)?$/.exec(path) ?? [];
    const upstream = this.upstreams.get(name);
    const notFound = { status: 404, code: 'not_found_error' };
    if (!upstream)
      return { ...notFound, message: `this runner has no model provider of the name ${name.slice(0, 40)}` };
    const operation = request.method === 'POST' ? operationAt(upstream.api, rest) : undefined;
    return operation ? { upstream, operation } : { ...notFound, message: 'the runner passes no such request on' };
  }

  async #call(
    exchange: Exchange,
    session: CallingSession,
    { upstream, operation, body, arrivedAt }: Target & Readonly<{ body: Buffer; arrivedAt: number }>,
  ): Promise<void> {
    const document = await requestDocument(body, operation, session.maxOutputTokens);
    const planned = {
      sessionId: session.sessionId,
      upstream: upstream.name,
      operation: operation.name,
      model: document.model,
      agentId: textOf(exchange.request.headers['x-claude-code-agent-id']),
      bytes: body.length,
      maxOutputTokens: document.maxOutputTokens,
      isMetered: operation.isMetered,
    };
    session.tools.endedIn(planned.agentId);
    const target = { upstream, operation, arrivedAt, body: document.body };
    // Each attempt is a call of its own: reserved, recorded and settled.
    while (
      (await this.#attempt(exchange, session, { ...target, call: { ...planned, callId: randomUUID() } })) === 'kept'
    );
  }

  async #attempt(
    exchange: Exchange,
    session: CallingSession,
    { call, body, ...target }: Target & Readonly<{ call: PlannedCall; body: Buffer; arrivedAt: number }>,
  ): Promise<'passed' | 'kept'> {
    const refusal = await this.#enter(call, session, exchange.gone);
    try {
      const secret = refusal ?? (await secretFor(target.upstream));
      if (!('status' in secret)) {
        const options = { ...target, exchange, session, call, secret: secret.value };
        return await new PassedCall(options, this.#connections).run(body);
      }
      this.#refuse(exchange, session, { call, refusal: secret });
      return 'passed';
    } finally {
      session.hold.leave();
    }
  }

  /** Lets a call in when neither a pause nor a guard keeps it; with the first refusal of a guard. A call that waits counts as not begun. */
  async #enter(call: PlannedCall, { hold, guards }: CallingSession, gone: AbortSignal): Promise<Refusal | undefined> {
    for (let waited = FIRST_WAIT_MS; ; waited = Math.min(2 * waited, LONGEST_WAIT_MS)) {
      await hold.enter({ kind: 'call' }, gone);
      try {
        const verdict = await verdictOf(call, guards);
        if (verdict !== 'wait') return verdict;
      } catch (error) {
        hold.leave();
        throw error;
      }
      hold.leave();
      await wait(waited, undefined, { signal: gone }).catch(() => undefined);
    }
  }

  #refuse(
    { response }: Exchange,
    { records }: CallingSession,
    { call, refusal }: Readonly<{ call: PlannedCall; refusal: Refusal }>,
  ): void {
    const { status, code, message } = refusal;
    modelCalls.inc({ upstream: call.upstream, outcome: 'refused' });
    records.note('model_call_refused', { upstream: call.upstream, operation: call.operation, code, status, message });
    refuse(response, refusal);
  }
}

/** The first verdict of a guard that keeps the call. */
async function verdictOf(call: PlannedCall, guards: readonly CallGuard[]): Promise<CallVerdict> {
  for (const guard of guards) {
    const verdict = await guard.authorize(call);
    if (verdict) return verdict;
  }
  return undefined;
}

/** A credential that is gone is a fault of the runner, which the agent cannot mend. */
async function secretFor({ credential, name }: Upstream): Promise<Readonly<{ value: string | undefined }> | Refusal> {
  try {
    return { value: credential && (await secretOf(credential)) };
  } catch {
    return { status: 403, code: 'credential_unavailable', message: `the runner has no credential for ${name} now` };
  }
}
