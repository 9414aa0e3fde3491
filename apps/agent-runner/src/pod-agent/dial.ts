import { once } from 'node:events';
import { performServerHandshake, type ServerHttp2Session } from 'node:http2';
import { setTimeout as wait } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { SILENCE_MS, TLS_BY_TOKEN } from './protocol';

/** A network plugin may let a new pod through some seconds after its start. */
const ATTEMPTS = 60;
const BETWEEN_ATTEMPTS_MS = 1_000;
const ATTEMPT_MS = 10_000;

/** Where the runner is, and how this pod proves itself. */
export interface Address {
  readonly host: string;
  readonly port: number;
  /** The pod's name at its runner. */
  readonly id: string;
  readonly token: string;
}

/**
 * Connects to the runner, whose requests come over the connection. `end` is called when it is lost.
 * @throws when the runner is not reached, or does not take the token
 */
export async function dial(address: Address, end: () => void): Promise<ServerHttp2Session> {
  for (let attempt = 1; ; attempt++) {
    try {
      return sessionOver(await connected(address), end);
    } catch (error) {
      if (attempt === ATTEMPTS || isRefusal(error)) throw error;
      await wait(BETWEEN_ATTEMPTS_MS);
    }
  }
}

async function connected({ host, port, id, token }: Address): Promise<TLSSocket> {
  const psk = Buffer.from(token, 'hex');
  const socket = connect({
    ...TLS_BY_TOKEN,
    ...{ host, port },
    pskCallback: () => ({ psk, identity: id }),
    // The shared key is what both sides prove; there is no certificate whose name could be compared.
    checkServerIdentity: () => undefined,
  });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(ATTEMPT_MS) });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** A runner that is there and does not take the token will not take it later. */
const isRefusal = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && String(error.code).startsWith('ERR_SSL');

function sessionOver(socket: TLSSocket, end: () => void): ServerHttp2Session {
  const session = performServerHandshake(socket);
  const silence = setTimeout(() => {
    session.destroy();
  }, SILENCE_MS);
  session.on('ping', () => silence.refresh());
  session.on('error', () => undefined);
  session.once('close', () => {
    clearTimeout(silence);
    end();
  });
  return session;
}
