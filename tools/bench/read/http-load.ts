import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

type Target = Readonly<{ url: string; path: string; headers?: Readonly<Record<string, string>> }>;

const HEAD_END = Buffer.from('\r\n\r\n');
const STATUS = 'HTTP/1.1 200';

/** Requests per second with so many connections, each with one request at a time. */
export async function requestsPerSecond(
  target: Target,
  { connections, forMs }: Readonly<{ connections: number; forMs: number }>,
): Promise<number> {
  const clients = await Promise.all(Array.from({ length: connections }, () => KeptConnection.open(target)));
  const since = performance.now();
  let answered = 0;
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() - since < forMs) {
        await client.request(target.path);
        answered++;
      }
    }),
  );
  const seconds = (performance.now() - since) / 1_000;
  for (const client of clients) client.close();
  return answered / seconds;
}

/** The time of each request, in ms, one after the other over one connection. */
export async function timesOf(target: Omit<Target, 'path'>, paths: readonly string[]): Promise<readonly number[]> {
  const client = await KeptConnection.open(target);
  const times: number[] = [];
  for (const path of paths) {
    const since = performance.now();
    await client.request(path);
    times.push(performance.now() - since);
  }
  client.close();
  return times;
}

/** A connection that costs little beside the server: it reads no more of an answer than its length. */
class KeptConnection {
  #received: Buffer[] = [];
  #bytes = 0;
  #wanted = Infinity;
  #answered: ((error?: Error) => void) | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly headers: string,
  ) {
    socket.on('data', (chunk: Buffer) => {
      this.#take(chunk);
    });
    socket.on('error', (error) => this.#answered?.(error));
    socket.on('close', () => this.#answered?.(new Error('the server closed the connection')));
  }

  static async open({ url, headers = {} }: Omit<Target, 'path'>): Promise<KeptConnection> {
    const { hostname, port, host } = new URL(url);
    const socket = connect(Number(port), hostname).setNoDelay();
    await once(socket, 'connect');
    const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    return new KeptConnection(socket, lines.join(''));
  }

  request(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#answered = (error) => {
        this.#answered = undefined;
        if (error) reject(error);
        else resolve();
      };
      this.socket.write(`GET ${path} HTTP/1.1\r\n${this.headers}\r\n`);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#bytes += chunk.length;
    if (this.#wanted === Infinity) this.#wanted = lengthOf(Buffer.concat(this.#received));
    if (this.#bytes < this.#wanted) return;

    const head = this.#received[0]?.toString('latin1', 0, STATUS.length);
    [this.#received, this.#bytes, this.#wanted] = [[], 0, Infinity];
    this.#answered?.(head === STATUS ? undefined : new Error(`answered with ${String(head)}`));
  }
}

/** The bytes of an answer with its head; infinite before its head has arrived. */
function lengthOf(received: Buffer): number {
  const end = received.indexOf(HEAD_END);
  if (end < 0) return Infinity;
  const length = /content-length: (\d+)/i.exec(received.toString('latin1', 0, end))?.[1];
  if (length === undefined) throw new Error('an answer without its length');
  return end + HEAD_END.length + Number(length);
}
