import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { TLS_BY_TOKEN } from '../../pod-agent/protocol';

const TOKEN_BYTES = 32;

/** Connections that have not proved themselves: each has this long, and an address has so many. */
const HANDSHAKE_MS = 10_000;
const MAX_UNPROVED = 16;

interface Expected {
  readonly key: Buffer;
  readonly resolve: (socket: TLSSocket) => void;
}

/** Where pods dial their runner. A pod is let in once, by the token that it alone was given, and only while it is expected. */
export class PodListener {
  readonly #expected = new Map<string, Expected>();
  readonly #identities = new WeakMap<TLSSocket, string>();
  /** The ports of connections, by their address. */
  readonly #unproved = new Map<string, Set<number>>();
  #listening: Promise<Server> | undefined;
  #listener: Server | undefined;

  constructor(private readonly place: { readonly host: string; readonly port: number }) {}

  /** The port, which the system has chosen for 0. */
  async port(): Promise<number> {
    const server = await this.#server();
    return (server.address() as AddressInfo).port;
  }

  /** Expects a pod with this name until the signal. The connection resolves once; a second one with the same token is refused. */
  expect(id: string, signal: AbortSignal): { readonly token: string; readonly connection: Promise<TLSSocket> } {
    const key = randomBytes(TOKEN_BYTES);
    const connection = new Promise<TLSSocket>((resolve, reject) => {
      this.#expected.set(id, { key, resolve });
      this.#keepAlive();
      const onAbort = () => {
        this.#forget(id);
        reject(signal.reason as Error);
      };
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    });
    connection.catch(() => undefined);
    return { token: key.toString('hex'), connection };
  }

  async close(): Promise<void> {
    const server = await this.#listening;
    server?.close();
  }

  #server(): Promise<Server> {
    return (this.#listening ??= this.#listen().catch((error: unknown) => {
      this.#listening = undefined;
      throw error;
    }));
  }

  async #listen(): Promise<Server> {
    const options = { ...TLS_BY_TOKEN, handshakeTimeout: HANDSHAKE_MS };
    const server = createServer({
      ...options,
      pskCallback: (socket, identity) => {
        this.#identities.set(socket, identity);
        // Without a key the handshake fails, as it does with the wrong one.
        return this.#expected.get(identity)?.key ?? null;
      },
    });
    server.on('connection', (socket: Socket) => {
      this.#boundUnproved(socket);
    });
    server.on('secureConnection', (socket) => {
      this.#admit(socket);
    });
    server.listen(this.place);
    await once(server, 'listening');
    this.#listener = server;
    this.#keepAlive();
    return server;
  }

  #forget(id: string): void {
    this.#expected.delete(id);
    this.#keepAlive();
  }

  /** The process goes on for pods that are expected, not for the port alone. */
  #keepAlive(): void {
    if (this.#expected.size > 0) this.#listener?.ref();
    else this.#listener?.unref();
  }

  #admit(socket: TLSSocket): void {
    socket.on('error', () => undefined);
    this.#isProved(socket.remoteAddress ?? '', socket.remotePort ?? 0);
    const identity = this.#identities.get(socket) ?? '';
    const expected = this.#expected.get(identity);
    this.#forget(identity);
    if (expected) expected.resolve(socket);
    else socket.destroy();
  }

  /** Programs in a pod can reach this port, too: they must not keep other pods out. */
  #boundUnproved(socket: Socket): void {
    const { remoteAddress = '', remotePort = 0 } = socket;
    const ports = this.#unproved.get(remoteAddress) ?? new Set();
    if (ports.size >= MAX_UNPROVED) {
      socket.destroy();
      return;
    }
    this.#unproved.set(remoteAddress, ports.add(remotePort));
    socket.once('close', () => {
      this.#isProved(remoteAddress, remotePort);
    });
  }

  #isProved(address: string, port: number): void {
    const ports = this.#unproved.get(address);
    ports?.delete(port);
    if (ports?.size === 0) this.#unproved.delete(address);
  }
}
