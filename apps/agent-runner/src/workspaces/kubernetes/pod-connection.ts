import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { connect as connectTo } from 'node:net';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { MAX_TUNNELS, PING_MS, SILENCE_MS, TUNNEL_NUMBER_BYTES } from '../../pod-agent/protocol';
import { joined } from '../../pod-agent/socket-tunnels';

/** An answer, or the reason of a refusal, is a small value. Outputs and files are streams. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** The runner's side of the connection that a pod has dialled. Nothing that comes over it is believed to be well-formed. */
export class PodConnection {
  /** Resolves when the connection has ended, for whatever reason. */
  readonly closed: Promise<void>;
  readonly #session: ClientHttp2Session;

  constructor(socket: TLSSocket) {
    this.#session = connect('http://pod', { createConnection: () => socket, settings: { enablePush: false } });
    this.#session.on('error', () => undefined);
    this.closed = new Promise((resolve) => this.#session.once('close', resolve));
    this.#watch();
  }

  get isClosed(): boolean {
    return this.#session.destroyed || this.#session.closed;
  }

  /** Asks for something to be done. Resolves with the answer. @throws with the pod's reason */
  async ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const stream = this.#request(method, path);
    stream.end(body === undefined ? undefined : JSON.stringify(body));
    return answerOf(stream);
  }

  /** Writes a stream to the pod. Resolves when it has taken all. */
  async send(path: string, from: Readable): Promise<void> {
    const stream = this.#request('PUT', path);
    const answered = answerOf(stream);
    answered.catch(() => undefined);
    const sent = await Promise.allSettled([pipeline(from, stream, { end: true }), answered]);
    await answered;
    for (const one of sent) if (one.status === 'rejected') throw one.reason;
  }

  /** Opens a stream in both directions. @throws with the pod's reason */
  async open(method: string, path: string): Promise<ClientHttp2Stream> {
    const stream = this.#request(method, path);
    if ((await statusOf(stream)) === constants.HTTP_STATUS_OK) return stream;
    throw new Error(await bounded(stream));
  }

  /** Asks a question whose answer may take as long as the pod lives, or until the signal. Undefined when there was none. */
  async wait(path: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    const stream = this.#request('POST', path);
    const onAbort = () => {
      stream.close(constants.NGHTTP2_CANCEL);
    };
    signal.addEventListener('abort', onAbort);
    stream.end(JSON.stringify(body));
    try {
      return await answerOf(stream);
    } catch {
      return undefined;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Joins connections of the pod's programs to a unix socket of this machine, until the connection ends. */
  async tunnelTo(path: string): Promise<void> {
    const numbers = await this.open('GET', '/tunnels');
    void this.#join(numbers, path).catch(() => {
      this.close();
    });
  }

  close(): void {
    this.#session.destroy();
  }

  async #join(numbers: AsyncIterable<Buffer>, path: string): Promise<void> {
    let open = 0;
    let rest = Buffer.alloc(0);
    for await (const bytes of numbers) {
      rest = Buffer.concat([rest, bytes]);
      for (; rest.length >= TUNNEL_NUMBER_BYTES; rest = rest.subarray(TUNNEL_NUMBER_BYTES)) {
        // A pod's agent accepts no more: it is not itself any more.
        if (open === MAX_TUNNELS) throw new Error('a pod has too many connections');
        open++;
        void this.#tunnel(rest.readUInt32BE(), path).finally(() => open--);
      }
    }
  }

  async #tunnel(number: number, path: string): Promise<void> {
    const local = connectTo({ path, allowHalfOpen: true });
    // A connection that has ended before it was joined needs no tunnel.
    const remote = await this.open('POST', `/tunnels/${number}`).catch(() => undefined);
    if (!remote) local.destroy();
    else joined(local, remote);
    await new Promise((resolve) => local.once('close', resolve));
  }

  #request(method: string, path: string): ClientHttp2Stream {
    const stream = this.#session.request({ ':method': method, ':path': path }, { endStream: false });
    stream.on('error', () => undefined);
    return stream;
  }

  #watch(): void {
    const session = this.#session;
    const silence = setTimeout(() => {
      this.close();
    }, SILENCE_MS).unref();
    const pings = setInterval(() => {
      session.ping((error) => {
        if (!error) silence.refresh();
      });
    }, PING_MS).unref();
    session.once('close', () => {
      clearTimeout(silence);
      clearInterval(pings);
    });
  }
}

async function statusOf(stream: ClientHttp2Stream): Promise<number | undefined> {
  const closed = new AbortController();
  const onClose = () => {
    closed.abort(new Error('the pod has ended the stream'));
  };
  stream.once('close', onClose);
  try {
    const [headers] = (await once(stream, 'response', { signal: closed.signal })) as [{ ':status'?: number }];
    return headers[':status'];
  } finally {
    stream.removeListener('close', onClose);
  }
}

async function answerOf(stream: ClientHttp2Stream): Promise<unknown> {
  const status = await statusOf(stream);
  const text = await bounded(stream);
  if (status !== constants.HTTP_STATUS_OK) throw new Error(text);
  return JSON.parse(text);
}

async function bounded(stream: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    bytes += piece.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error('a pod has answered too much');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
