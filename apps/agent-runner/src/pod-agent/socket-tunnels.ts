import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import type { Duplex, Writable } from 'node:stream';
import { MAX_TUNNELS, POD_PATHS, TUNNEL_NUMBER_BYTES } from './protocol';

const NUMBERS = 2 ** 32;

/** The session socket inside the pod. The runner is told the number of each connection, and takes it. */
export class SocketTunnels {
  readonly #waiting = new Map<number, Socket>();
  readonly #server: Server;
  #last = 0;
  #told: Writable | undefined;

  constructor() {
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
      this.#tell(client);
    });
    this.#server.maxConnections = MAX_TUNNELS;
  }

  /** Resolves when programs can connect; `told` gets the numbers. */
  async listen(told: Writable): Promise<void> {
    this.#told = told;
    this.#server.listen(POD_PATHS.socket);
    await once(this.#server, 'listening');
    await chmod(POD_PATHS.socket, 0o600);
  }

  /** Joins the connection with this number to the runner's stream. */
  join(number: number, runner: Duplex): void {
    const client = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (!client || client.destroyed) throw new Error(`there is no connection ${number}`);
    joined(client, runner);
  }

  #tell(client: Socket): void {
    const number = (this.#last = (this.#last + 1) % NUMBERS);
    this.#waiting.set(number, client);
    client.on('error', () => undefined).once('close', () => this.#waiting.delete(number));
    const bytes = Buffer.alloc(TUNNEL_NUMBER_BYTES);
    bytes.writeUInt32BE(number);
    this.#told?.write(bytes);
  }
}

/** Copies both ways, each to its end. A fault of one ends both. */
export function joined(one: Duplex, other: Duplex): void {
  const end = () => {
    one.destroy();
    other.destroy();
  };
  one.on('error', end).pipe(other);
  other.on('error', end).pipe(one);
  // A side that closes before it has ended breaks the other.
  for (const side of [one, other]) {
    side.once('close', () => {
      if (!side.readableEnded || !side.writableFinished) end();
    });
  }
}
