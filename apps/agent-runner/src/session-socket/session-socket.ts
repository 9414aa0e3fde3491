import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { CallingSession } from '../model-gateway/calling-session';
import type { ModelGateway } from '../model-gateway/model-gateway';
import type { Egress } from './egress';
import { refuse, type Exchange } from './exchange';
import type { HoldReason } from './hold-gate';
import { ReportedTelemetry } from './reported-telemetry';
import { BodyRefused } from './request-body';
import { socketFaults } from './socket-metrics';
import type { RunningTools } from './running-tools';
import { ToolQuestions } from './tool-questions';

/** Connections of one session at the same time; further ones are closed. */
const MAX_CONNECTIONS = 256;

/** Bounds of a request: its head, the time for its head, and the time for all of it. */
const SERVER_OPTIONS = {
  maxHeaderSize: 64 * 1024,
  headersTimeout: 20_000,
  requestTimeout: 120_000,
  keepAliveTimeout: 120_000,
  connectionsCheckingInterval: 5_000,
};

type SessionSocketOptions = Readonly<{
  /** The socket's path on the host. */
  path: string;
  session: CallingSession;
  gateway: Pick<ModelGateway, 'answer'>;
  egress: Egress;
  /** Removes the socket's file and its directory. */
  remove: () => Promise<void>;
}>;

/** The only way out of a session's workspace: an HTTP server at a unix socket. Its address alone tells which session speaks. */
export class SessionSocket {
  /** Rejects when a record of the session cannot be written: its calls would not be accounted. */
  readonly fault: Promise<never>;
  readonly #questions: ToolQuestions;
  readonly #reports: ReportedTelemetry;
  readonly #server: Server;
  readonly #running = new Set<Promise<void>>();
  #reportFault: (error: unknown) => void = () => undefined;
  #isClosed = false;

  private constructor(private readonly options: SessionSocketOptions) {
    const { hold, tools, bodies } = options.session;
    this.#questions = new ToolQuestions(hold, tools, bodies);
    this.#reports = new ReportedTelemetry(options.session);
    this.fault = new Promise((_, reject) => {
      this.#reportFault = reject;
    });
    this.fault.catch(() => undefined);
    this.#server = createServer(SERVER_OPTIONS, (request, response) => {
      this.#run(this.#answer(request, response), response);
    });
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.on('connect', (request: IncomingMessage, client: Duplex, head: Buffer) => {
      this.#run(options.egress.connect(request.url ?? '', client, head), client);
    });
    this.#server.on('clientError', endMalformed);
    this.#server.on('drop', () => {
      socketFaults.inc({ reason: 'too_many_connections' });
    });
  }

  static async open(options: SessionSocketOptions): Promise<SessionSocket> {
    const socket = new SessionSocket(options);
    const server = socket.#server;
    server.listen(options.path);
    await once(server, 'listening');
    await chmod(options.path, 0o600);
    return socket;
  }

  get path(): string {
    return this.options.path;
  }

  /** Calls that have gone out and are not answered. */
  get callsInFlight(): number {
    return this.options.session.hold.callsInFlight;
  }

  /** The agent's tools, as its hooks tell of them. */
  get tools(): RunningTools {
    return this.options.session.tools;
  }

  /** The number of calls, and the ids of the tools, that wait. */
  get held(): Readonly<{ calls: number; tools: readonly string[] }> {
    const held = this.options.session.hold.held;
    const tools = held.flatMap((entrant) => (entrant.kind === 'tool' ? [entrant.id] : []));
    return { calls: held.length - tools.length, tools };
  }

  /** Called when a call or tool begins to wait, and when the last call in flight has been answered. */
  onChange(listener: () => void): void {
    this.options.session.hold.onChange(listener);
  }

  /** Holds the calls and tool questions that arrive from now on; resolves when no call is in flight. */
  hold(reason: HoldReason): Promise<void> {
    return this.options.session.hold.hold(reason);
  }

  /** Lets them go on, unless there is another reason to hold them. A call whose client has gone is discarded. */
  release(reason: HoldReason): void {
    this.options.session.hold.release(reason);
  }

  /** Ends all connections; resolves when the calls that were in flight are recorded, and the socket is gone. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.options.egress.close();
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await Promise.all([closed, ...this.#running]);
    await this.options.remove();
  }

  /** Follows a request to its end. Faults of a connection that has gone are the client's. */
  #run(answered: Promise<void>, connection: ServerResponse | Duplex): void {
    const running = answered.catch((error: unknown) => {
      if (!this.#refuseBody(error, connection) && !isGone(error, connection)) this.#reportFault(error);
      connection.destroy();
    });
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '' } = request;
    if (!url.startsWith('/')) {
      const message = this.options.egress.refusePlain(url);
      refuse(response, { status: 403, code: 'egress_refused', message });
      return;
    }
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort(new ClientGone('the client has gone'));
    });
    const [path = '', query] = url.split(/\?(.*)/s, 2);
    const exchange: Exchange = {
      request,
      response,
      path,
      query: query === undefined ? '' : `?${query}`,
      gone: gone.signal,
    };
    if (this.#reports.takes(path)) await this.#reports.answer(exchange);
    else if (path.startsWith('/hooks/')) await this.#questions.answer(exchange);
    else await this.options.gateway.answer(exchange, this.options.session);
  }

  /** True for a body that is not taken: its connection ends with the answer. */
  #refuseBody(error: unknown, connection: ServerResponse | Duplex): boolean {
    if (!(error instanceof BodyRefused) || !('writeHead' in connection)) return false;
    socketFaults.inc({ reason: error.reason });
    const isLarge = error.reason === 'too_large';
    refuse(connection, {
      status: isLarge ? 413 : 503,
      code: isLarge ? 'request_too_large' : 'overloaded_error',
      message: error.message,
      headers: { connection: 'close', ...(isLarge ? {} : { 'retry-after': '1', 'x-should-retry': 'true' }) },
    });
    return true;
  }
}

class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

const isGone = (error: unknown, connection: ServerResponse | Duplex): boolean =>
  error instanceof ClientGone || connection.destroyed || (error as NodeJS.ErrnoException).code === 'ECONNRESET';

/** Connections that were ended: their remaining bytes may be faulty again. */
const ended = new WeakSet<Duplex>();

/** Ends a connection whose bytes are no request, or come too slowly. Other connections of the session go on. */
function endMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (ended.has(socket)) return;
  ended.add(socket);
  const isSlow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const isLarge = error.code === 'HPE_HEADER_OVERFLOW';
  if (error.code !== 'ECONNRESET')
    socketFaults.inc({ reason: isSlow ? 'too_slow' : isLarge ? 'head_too_large' : 'malformed' });
  const status = isSlow ? '408 Request Timeout' : isLarge ? '431 Request Header Fields Too Large' : '400 Bad Request';
  if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  else socket.destroy();
}
