import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a server that a spec can break: who used it might as well have been killed, or have lost the server without a word. */
export class Wire {
  readonly #sockets = new Set<Socket>();
  #isSilent = false;

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

  /** In the middle of a byte, for good. */
  cut(): void {
    this.server.close();
    for (const socket of this.#sockets) {
      // One that is being shut down cannot be reset: Node 20 takes it for closing, never closes it, and spins when the process is to end.
      if (socket.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
    }
  }

  /** From now on nothing comes through, and nobody is told: as when a network falls apart. */
  silence(): void {
    this.#isSilent = true;
    for (const socket of this.#sockets) hush(socket);
  }

  /** Lets new connections through again. The server has forgotten those that were silenced. */
  mend(): void {
    this.#isSilent = false;
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on('error', () => to.destroy());
    if (this.#isSilent) hush(from);
    else from.pipe(to);
  }
}

function hush(socket: Socket): void {
  socket.unpipe();
  socket.pause();
}
