import { refuse, type Exchange, type Refusal } from '../session-socket/exchange';
import { readBody } from '../session-socket/request-body';
import { modelCalls } from '../session-socket/socket-metrics';
import { textOf } from './answers/dialect';
import type { CallGuard, PlannedCall } from './call-guard';
import type { CallingSession } from './calling-session';
import { operationAt, type Operation } from './operations';
import { PassedCall } from './passed-call';
import { ProviderConnections } from './provider-connections';
import { requestDocument } from './request-document';
import { secretOf, type Upstream, type Upstreams } from './upstreams';

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
    const document = await requestDocument(body, operation.dialect);
    const call: PlannedCall = {
      sessionId: session.sessionId,
      upstream: upstream.name,
      operation: operation.name,
      model: document.model,
      agentId: textOf(exchange.request.headers['x-claude-code-agent-id']),
    };
    session.tools.endedIn(call.agentId);
    await session.hold.enter({ kind: 'call' }, exchange.gone);
    try {
      const refusal = await refusalOf(call, session.guards);
      const secret = refusal ?? (await secretFor(upstream));
      if ('status' in secret) this.#refuse(exchange, session, { call, refusal: secret });
      else {
        const options = { exchange, session, upstream, operation, call, arrivedAt, secret: secret.value };
        await new PassedCall(options, this.#connections).run(document.body);
      }
    } finally {
      session.hold.leave();
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

/** The first refusal of a guard. */
async function refusalOf(call: PlannedCall, guards: readonly CallGuard[]): Promise<Refusal | undefined> {
  for (const guard of guards) {
    const refusal = await guard.authorize(call);
    if (refusal) return refusal;
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
