import { within } from '@syntropic/async';
import { connect, type ConnectionOptions, type NatsConnection } from 'nats';
import { setImmediate } from 'node:timers/promises';
import { subjectToken } from './subjects';

/** The bus's URL with the user's credentials (`nats://user:password@host:port`, several separated by commas), and the client's name. */
export type NatsAddress = Readonly<{ url: string; name: string }>;

/** Connects every service alike: it waits for the bus, reconnects without limit, and detects a dead server within 10 s. */
export function natsOptions({ url, name }: NatsAddress) {
  const urls = url.split(',').map((server) => new URL(server.trim()));
  const user = decodeURIComponent(urls[0]?.username ?? '');
  const pass = decodeURIComponent(urls[0]?.password ?? '');

  return {
    servers: urls.map(({ host }) => host),
    name,
    ...(user && { user, pass }),
    // A service may receive only the replies to its own requests.
    inboxPrefix: `_INBOX.${user || name}`,
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: 250,
    pingInterval: 5_000,
    maxPingOut: 2,
    // A stack trace for each request would cost more than the request; errors name their subject.
    noAsyncTraces: true,
  } satisfies ConnectionOptions;
}

/** The user that the URL logs in as, as one token of a subject; undefined for a bus without users. */
export function natsUserIn(url: string): string | undefined {
  const { user } = natsOptions({ url, name: '' });
  return user === undefined ? undefined : subjectToken(user);
}

export const connectNats = (address: NatsAddress): Promise<NatsConnection> => connect(natsOptions(address));

/** Messages that are not written by then are lost: the server may be gone or frozen. */
const DRAIN_MS = 2_000;

/** Writes the pending messages, if the server takes them, and closes the connection. */
export async function drainAndClose(nats: NatsConnection): Promise<void> {
  if (nats.isClosed()) return;

  await within(DRAIN_MS, nats.drain());
  await writesSettled();
  await nats.close();
}

/**
 * Await this right before closing a connection. nats.js then removes its socket's error listener, and a write of the same turn to a server that
 * is closing too fails later (`write after end`): without a listener that would end the process.
 */
export const writesSettled = (): Promise<void> => setImmediate();
