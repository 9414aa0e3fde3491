import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { refuse, type Exchange } from '../session-socket/exchange';
import { modelCalls } from '../session-socket/socket-metrics';
import { AnswerAccount } from './answers/answer-account';
import { NO_ACCOUNT, type Account } from './answers/dialect';
import type { PlannedCall } from './call-guard';
import { callRecord, settledCall, type EndedCall } from './call-record';
import { limitReset } from './limit-reset';
import type { CallingSession } from './calling-session';
import type { Operation } from './operations';
import { returnedHeaders, sentHeaders } from './passed-headers';
import { NoAnswer, type ProviderConnections } from './provider-connections';
import type { Upstream } from './upstreams';

/** More of an error is not passed on. */
const MAX_ERROR_BYTES = 256 * 1024;
const TOO_MANY_REQUESTS = 429;

type PassedCallOptions = Readonly<{
  exchange: Exchange;
  session: CallingSession;
  upstream: Upstream;
  operation: Operation;
  call: PlannedCall;
  arrivedAt: number;
  /** The credential of the provider. */
  secret: string | undefined;
}>;

/** One call that goes out: its answer passes through as it comes, and its record is written before the agent sees the end. */
export class PassedCall {
  readonly #sentAt = performance.now();
  #firstByteAt: number | undefined;

  constructor(
    private readonly options: PassedCallOptions,
    private readonly connections: ProviderConnections,
  ) {}

  /** `kept`: the provider's limit is reached, and the agent does not hear of it. The call is to go out again after a pause. */
  async run(body: Buffer): Promise<'passed' | 'kept'> {
    const { response } = this.options.exchange;
    try {
      const answer = await this.#send(body);
      if ((answer.statusCode ?? 0) >= 400) return await this.#passError(answer);
      await this.#passAnswer(answer);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.#record({ account: { ...NO_ACCOUNT, isComplete: !error.isSent, error: 'no_answer' }, status: 502 });
      refuse(response, {
        status: 502,
        code: 'api_error',
        message: error.message,
        headers: { 'x-should-retry': 'true' },
      });
    }
    return 'passed';
  }

  async #send(body: Buffer): Promise<IncomingMessage> {
    const { exchange, upstream, operation, secret = '' } = this.options;
    const { credential } = upstream;
    const added = credential && { header: credential.name, value: `${credential.prefix}${secret}` };
    const url = `${upstream.baseUrl}${operation.path}${exchange.query}`;
    const signal = exchange.gone;
    try {
      return await this.connections.send({ url, headers: sentHeaders(exchange.request.headers, added), body, signal });
    } catch (error) {
      // The client has gone before the provider's answer: its usage stays unknown.
      if (signal.aborted) this.#record({ account: { ...NO_ACCOUNT, error: 'client_gone' }, status: 499 });
      throw error;
    }
  }

  async #passAnswer(answer: IncomingMessage): Promise<void> {
    const { exchange, operation } = this.options;
    const { response, gone } = exchange;
    const status = answer.statusCode ?? 0;
    const account = new AnswerAccount(operation.dialect, answer.headers['content-type'] ?? '');
    response.writeHead(status, returnedHeaders(answer.headers));
    response.flushHeaders();
    let fault: string | undefined;
    try {
      for await (const piece of answer as AsyncIterable<Buffer>) {
        this.#firstByteAt ??= performance.now();
        account.push(piece);
        if (!response.write(piece)) await once(response, 'drain', { signal: gone });
      }
    } catch {
      fault = gone.aborted ? 'client_gone' : 'stream_broken';
    }
    const known = account.end();
    this.#record({ account: { ...known, error: known.error ?? fault }, status, answer });
    if (fault === undefined) response.end();
    // A client must not take the part that has arrived for the whole.
    else response.destroy();
  }

  /** An error may repeat the credential that the provider did not accept. */
  async #passError(answer: IncomingMessage): Promise<'passed' | 'kept'> {
    const { exchange, operation } = this.options;
    const text = this.#withoutSecret(await errorText(answer));
    const account = new AnswerAccount(operation.dialect, 'application/json');
    account.push(Buffer.from(text));
    const { error = 'error' } = account.end();
    const status = answer.statusCode ?? 0;
    this.#record({ account: { ...NO_ACCOUNT, isComplete: true, error }, status, answer });
    if (status === TOO_MANY_REQUESTS && (await this.#isKept(answer))) return 'kept';
    const { 'content-encoding': _, ...headers } = returnedHeaders(answer.headers);
    // A 401 is about the runner's credential: agents would repeat it for minutes.
    const [shown, more] = status === 401 ? [403, { 'x-should-retry': 'false' }] : [status, {}];
    exchange.response.writeHead(shown, { ...headers, ...more }).end(text);
    return 'passed';
  }

  /** True when a guard has the execution paused. Further calls of the session wait from here on, so that they do not meet the limit, too. */
  async #isKept({ headers }: IncomingMessage): Promise<boolean> {
    const { session, call, upstream } = this.options;
    const resetsAt = limitReset(headers, Date.now());
    if (resetsAt === undefined) return false;
    session.records.note('model_limit_reached', {
      upstream: upstream.name,
      resets_at: new Date(resetsAt).toISOString(),
    });
    void session.hold.hold('limited');
    const answers = await Promise.all(session.guards.map(async (guard) => guard.limitReached?.(call, resetsAt)));
    const isKept = answers.includes(true);
    if (!isKept) session.hold.release('limited');
    return isKept;
  }

  #record({ account, status, answer }: Readonly<{ account: Account; status: number; answer?: IncomingMessage }>): void {
    const { session, call, operation, arrivedAt } = this.options;
    const requestId = answer?.headers['request-id'] ?? answer?.headers['x-request-id'];
    const times = { arrivedAt, sentAt: this.#sentAt, firstByteAt: this.#firstByteAt, endedAt: performance.now() };
    const { isMetered } = operation;
    const ended: EndedCall = { call, account, isMetered, status, requestId: requestId?.toString(), times };
    const settled = settledCall(ended, new Date().toISOString());
    modelCalls.inc({ upstream: call.upstream, outcome: outcomeOf(status, account) });
    session.records.account('model_call', callRecord(ended, settled));
    for (const guard of session.guards) guard.settle?.(call, settled);
  }

  #withoutSecret(text: string): string {
    const { secret } = this.options;
    return secret === undefined ? text : text.replaceAll(secret, '[removed]');
  }
}

function outcomeOf(status: number, { isComplete }: Account): string {
  if (status >= 400) return 'failed';
  return isComplete ? 'answered' : 'broken';
}

/** The part of an error that arrives: it is refused without its end, too. */
async function errorText(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of answer as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size <= MAX_ERROR_BYTES) parts.push(piece);
    }
  } catch {
    // The status alone tells enough.
  }
  return Buffer.concat(parts).toString();
}
