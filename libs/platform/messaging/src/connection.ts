import { connect, type ConnectionOptions, type NatsConnection } from 'nats';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';

/** Where the bus is, with the user's credentials in the URL (`nats://user:password@host:port`, several divided by commas), and who connects. */
export type NatsAddress = Readonly<{ url: string; name: string }>;

/** How every part of the platform connects: it waits for the bus, comes back to it for ever, and notices a dead one within 10 s. */
export function natsOptions({ url, name }: NatsAddress) {
  const urls = url.split(',').map((server) => new URL(server.trim()));
  const user = decodeURIComponent(urls[0]?.username ?? '');
  const pass = decodeURIComponent(urls[0]?.password ?? '');

  return {
    servers: urls.map(({ host }) => host),
    name,
    ...(user && { user, pass }),
    // A service may hear the answers to its own requests only.
    inboxPrefix: `_INBOX.${user || name}`,
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: 250,
    pingInterval: 5_000,
    maxPingOut: 2,
  } satisfies ConnectionOptions;
}

export const connectNats = (address: NatsAddress): Promise<NatsConnection> => connect(natsOptions(address));

/** What has not been said by then is not waited for: the server may be gone, or frozen. */
const FAREWELL_MS = 2_000;

/** Says what is still to be said, if anybody listens, and closes the connection. */
export async function hangUp(nats: NatsConnection): Promise<void> {
  if (nats.isClosed()) return;

  const patience = new AbortController();
  const farewell = sleep(FAREWELL_MS, undefined, { signal: patience.signal }).catch(() => undefined);
  await Promise.race([nats.drain(), farewell]);
  patience.abort();
  await writesSettled();
  await nats.close();
}

/**
 * To be awaited right before a connection is closed. nats.js stops listening to its socket then, and what was written in the same turn to a server that
 * is leaving too fails a moment later (`write after end`): with nobody to hear it, that would end the process.
 */
export const writesSettled = (): Promise<void> => setImmediate();
