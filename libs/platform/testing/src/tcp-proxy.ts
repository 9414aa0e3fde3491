import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP proxy in front of a server, for specs that break its connections. */
export class TcpProxy {
  /** Each socket with the one that its bytes go to. */
  readonly #sockets = new Map<Socket, Socket>();
  #isSilent = false;

  private constructor(
    private readonly server: Server,
    /** The server's URL by way of the proxy. */
    readonly url: string,
  ) {}

  static async to(target: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(target);
    const server = createServer({ noDelay: true }, (near) => {
      const far = connect({ host: hostname, port: Number(port), noDelay: true });
      proxy.#join(near, far);
      proxy.#join(far, near);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');

    const url = new URL(target);
    url.port = String((server.address() as AddressInfo).port);
    const proxy = new TcpProxy(server, url.href);
    return proxy;
  }

  /** Resets all connections and accepts no more. */
  cut(): void {
    this.server.close();
    for (const socket of this.#sockets.keys()) {
      // Node 20 never closes a socket that is reset while it shuts down, and spins when the process should exit.
      if (socket.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
    }
  }

  /** Drops all traffic and keeps connections open, as a network partition does. */
  silence(): void {
    this.#isSilent = true;
    for (const socket of this.#sockets.keys()) stopReading(socket);
  }

  /** Keeps all traffic back until `release`, which delivers it. */
  hold(): void {
    this.silence();
  }

  release(): void {
    this.#isSilent = false;
    for (const [from, to] of this.#sockets) from.pipe(to);
  }

  /** Passes new connections on again; silenced ones stay silent. */
  mend(): void {
    this.#isSilent = false;
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.set(from, to);
    from.on('error', () => to.destroy());
    if (this.#isSilent) stopReading(from);
    else from.pipe(to);
  }
}

function stopReading(socket: Socket): void {
  socket.unpipe();
  socket.pause();
}
