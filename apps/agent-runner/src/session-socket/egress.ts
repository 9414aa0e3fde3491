import { connect, type BlockList, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { checkedAddresses } from './checked-address';
import { destinationOf, type Destination, type HostList } from './host-list';
import { egressBytes, egressConnections } from './socket-metrics';
import type { RunnerRecorder } from './runner-recorder';

const CONNECT_MS = 20_000;
/** Time without a byte in either direction. */
const IDLE_MS = 15 * 60_000;

export type EgressRules = Readonly<{
  /** The lists of the runner and of the workflow: a host must be in each. */
  lists: readonly HostList[];
  /** Networks of private addresses that agents may reach. */
  privateNetworks: BlockList;
}>;

/** Connects agents with listed hosts, and refuses all others. */
export class Egress {
  readonly #open = new Set<() => void>();
  #isClosed = false;

  constructor(
    private readonly rules: EgressRules,
    private readonly records: Pick<RunnerRecorder, 'note'>,
  ) {}

  /** Answers a CONNECT; the client's first bytes may have come with it. Resolves when the connection has ended. */
  async connect(authority: string, client: Duplex, head: Buffer): Promise<void> {
    const startedAt = performance.now();
    const destination = destinationOf(authority);
    const { host, port } = destination ?? { host: authority.slice(0, 253), port: 0 };
    const end = (outcome: 'closed' | 'refused' | 'failed', more: object = {}) => {
      egressConnections.inc({ outcome });
      const duration_ms = Math.round(performance.now() - startedAt);
      this.records.note('egress_connection', {
        host,
        port,
        outcome,
        sent_bytes: 0,
        received_bytes: 0,
        duration_ms,
        ...more,
      });
    };

    const permitted = await this.#permit(destination);
    if ('reason' in permitted) {
      end(permitted.isFault ? 'failed' : 'refused', { reason: permitted.reason });
      answer(client, permitted.isFault ? 502 : 403, permitted.reason);
      return;
    }
    const server = await this.#reach(permitted.addresses, port);
    if (!server) {
      end('failed', { reason: 'the host does not answer' });
      answer(client, 502, 'the host does not answer');
      return;
    }
    const counted = await this.#copy(client, server, head);
    egressBytes.inc({ direction: 'sent' }, counted.sent_bytes);
    egressBytes.inc({ direction: 'received' }, counted.received_bytes);
    end('closed', counted);
  }

  /** Records a request for another host that is no CONNECT. */
  refusePlain(url: string): string {
    const reason = 'only encrypted connections (CONNECT) leave a workspace';
    const host = /^\w+:\/\/([^/?#]{1,253})/.exec(url)?.[1] ?? '';
    egressConnections.inc({ outcome: 'refused' });
    const none = { sent_bytes: 0, received_bytes: 0, duration_ms: 0 };
    this.records.note('egress_connection', { host, port: 80, outcome: 'refused', reason, ...none });
    return reason;
  }

  close(): void {
    this.#isClosed = true;
    for (const end of this.#open) end();
  }

  async #permit(
    destination: Destination | undefined,
  ): Promise<Readonly<{ addresses: readonly string[] }> | Readonly<{ reason: string; isFault?: true }>> {
    const { lists, privateNetworks } = this.rules;
    if (!destination) return { reason: 'it is no host name with a port' };
    if (!lists.every((list) => list.has(destination))) return { reason: 'the host is not among the allowed ones' };
    try {
      const addresses = await checkedAddresses(destination.host, privateNetworks);
      return addresses.length > 0 ? { addresses } : { reason: 'the host has no public address' };
    } catch {
      return { reason: 'the host has no address', isFault: true };
    }
  }

  /** Connects to an address that was checked, and not to the name: it may have another address the next time. */
  async #reach(addresses: readonly string[], port: number): Promise<Socket | undefined> {
    for (const host of addresses) {
      const socket = connect({ host, port });
      const isConnected = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => {
          resolve(false);
        }, CONNECT_MS);
        const settle = (connected: boolean) => () => {
          clearTimeout(timer);
          resolve(connected);
        };
        socket.once('connect', settle(true)).once('error', settle(false)).once('close', settle(false));
      });
      if (isConnected && !this.#isClosed) return socket;
      socket.destroy();
      if (this.#isClosed) return undefined;
    }
    return undefined;
  }

  /** Resolves when both directions have ended, with their bytes. */
  async #copy(client: Duplex, server: Socket, head: Buffer): Promise<{ sent_bytes: number; received_bytes: number }> {
    const end = () => {
      client.destroy();
      server.destroy();
    };
    this.#open.add(end);
    server.setTimeout(IDLE_MS, end);
    const closed = Promise.all([ended(client, end), ended(server, end)]);
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (head.length > 0) server.write(head);
    client.pipe(server);
    server.pipe(client);
    await closed;
    this.#open.delete(end);
    return { sent_bytes: server.bytesWritten, received_bytes: server.bytesRead };
  }
}

/** Resolves when a connection has closed, also by a fault; the other one is ended with it. */
const ended = (stream: Duplex, end: () => void) =>
  new Promise<void>((resolve) => {
    stream.on('error', end);
    stream.once('close', () => {
      end();
      resolve();
    });
  });

function answer(client: Duplex, status: 403 | 502, reason: string): void {
  const phrase = status === 403 ? 'Forbidden' : 'Bad Gateway';
  const body = `${reason}\n`;
  client.on('error', () => undefined);
  client.end(
    `HTTP/1.1 ${status} ${phrase}\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
