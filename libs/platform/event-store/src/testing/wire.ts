import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a server that can be cut in the middle of a byte, for good: who used it might as well have been killed. */
export class Wire {
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    /** The server's URL by this way. */
    readonly url: string,
  ) {}

  static async to(target: string): Promise<Wire> {
    const { hostname, port } = new URL(target);
    const server = createServer({ noDelay: true }, (near) => {
      const far = connect({ host: hostname, port: Number(port), noDelay: true });
      wire.#join(near, far);
      wire.#join(far, near);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');

    const url = new URL(target);
    url.port = String((server.address() as AddressInfo).port);
    const wire = new Wire(server, url.href);
    return wire;
  }

  cut(): void {
    this.server.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on('error', () => to.destroy());
    from.pipe(to);
  }
}
