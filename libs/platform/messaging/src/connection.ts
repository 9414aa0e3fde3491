import { connect, type ConnectionOptions, type NatsConnection } from 'nats';

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
