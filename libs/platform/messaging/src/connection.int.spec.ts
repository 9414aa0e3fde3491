import { eventually, useNats } from '@syntropic/testing';
import type { NatsConnection } from 'nats';
import { once, type EventEmitter } from 'node:events';
import { connectNats, drainAndClose, writesSettled } from './connection';

const nats = useNats();

/** nats.js does not expose its socket, and only the socket tells that the server is closing. */
const socketOf = (connection: NatsConnection) =>
  (connection as unknown as { protocol: { transport: { socket: EventEmitter } } }).protocol.transport.socket;

describe('a connection whose server is closing', () => {
  afterEach(() => nats.start());

  it.each([
    ['closed after a turn', async (connection: NatsConnection) => writesSettled().then(() => connection.close())],
    ['drained and closed', drainAndClose],
  ])('can be written to and %s, without an unhandled error', async (_, close) => {
    const connection = await connectNats({ url: nats.url, name: 'spec' });
    const serverCloses = once(socketOf(connection), 'end');
    const killed = nats.kill();

    await serverCloses;
    connection.publish('fact');
    connection.flush().catch(() => undefined);
    await close(connection);

    expect(connection.isClosed()).toBe(true);
    await killed;
  });
});

describe('draining and closing', () => {
  it('first writes the pending messages', async () => {
    const [publisher, subscriber] = await Promise.all([connected(), connected()]);
    const received: string[] = [];
    subscriber.subscribe('facts', { callback: (_, message) => received.push(message.string()) });
    await subscriber.flush();

    for (let n = 0; n < 100; n++) publisher.publish('facts', String(n));
    await drainAndClose(publisher);

    await eventually(() => received.length === 100);
    await drainAndClose(subscriber);
  });

  it('does not wait for a server that does not answer, and can be done twice', async () => {
    const connection = await connected();
    await nats.freeze();

    await drainAndClose(connection);
    await drainAndClose(connection);

    expect(connection.isClosed()).toBe(true);
    await nats.thaw();
  });

  const connected = () => connectNats({ url: nats.url, name: 'spec' });
});
