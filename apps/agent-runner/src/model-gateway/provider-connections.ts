import http, { type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';

/** The provider could not be reached, or ended the connection without an answer. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';

  constructor(
    /** True when the provider may have received the call. */
    readonly isSent: boolean,
    cause: unknown,
  ) {
    super('the model provider did not answer', { cause });
  }
}

type Call = Readonly<{ url: string; headers: OutgoingHttpHeaders; body: Buffer; signal: AbortSignal }>;

/** Time without a byte from the provider. */
const IDLE_MS = 10 * 60_000;
const CONNECT_MS = 30_000;

/** Connections to providers, kept open between calls. */
export class ProviderConnections {
  readonly #agents = {
    'http:': new http.Agent({ keepAlive: true }),
    'https:': new https.Agent({ keepAlive: true }),
  };

  /** Resolves with the head of the answer. @throws NoAnswer, or the signal's reason */
  async send(call: Call): Promise<IncomingMessage> {
    try {
      return await this.#request(call, true);
    } catch (error) {
      call.signal.throwIfAborted();
      // The provider has closed a kept connection just when it was used again: the call goes out once more, on a new one.
      if (error instanceof StaleConnection) return await this.#request(call, false);
      throw error;
    }
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  #request({ url, headers, body, signal }: Call, reuses: boolean): Promise<IncomingMessage> {
    const target = new URL(url);
    const isSecure = target.protocol === 'https:';
    const agent = this.#agents[isSecure ? 'https:' : 'http:'];
    const options = {
      method: 'POST',
      headers: { ...headers, 'content-length': body.length },
      signal,
      agent: reuses && agent,
    };
    return new Promise((resolve, reject) => {
      const request = (isSecure ? https : http).request(target, options);
      const isConnected = watch(request);
      request.once('response', resolve);
      request.once('error', (cause: NodeJS.ErrnoException) => {
        const isStale = request.reusedSocket && (cause.code === 'ECONNRESET' || cause.code === 'EPIPE');
        reject(
          isStale ? new StaleConnection('a kept connection was closed', { cause }) : new NoAnswer(isConnected(), cause),
        );
      });
      request.end(body);
    });
  }
}

class StaleConnection extends Error {
  override readonly name = 'StaleConnection';
}

/** Ends a request whose connection does not come about, or stands still. Returns a function that tells if it was connected. */
function watch(request: ClientRequest): () => boolean {
  let isConnected = false;
  request.once('socket', (socket) => {
    isConnected = !socket.connecting;
    if (isConnected) return;
    const timer = setTimeout(
      () => request.destroy(new Error('the connection was not established in time')),
      CONNECT_MS,
    );
    const stop = () => {
      clearTimeout(timer);
    };
    socket.once('connect', () => {
      isConnected = true;
      stop();
    });
    request.once('close', stop);
  });
  request.setTimeout(IDLE_MS, () => request.destroy(new Error('the model provider stands still')));
  return () => isConnected;
}
