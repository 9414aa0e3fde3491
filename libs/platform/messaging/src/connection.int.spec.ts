import { eventually, useNats } from '@syntropic/testing';
import type { NatsConnection } from 'nats';
import { once, type EventEmitter } from 'node:events';
import { connectNats, hangUp, writesSettled } from './connection';

const nats = useNats();

/** nats.js shows nobody its socket, and nothing else tells that the server is leaving. */
const socketOf = (connection: NatsConnection) =>
  (connection as unknown as { protocol: { transport: { socket: EventEmitter } } }).protocol.transport.socket;

describe('a connection whose server is leaving', () => {
  afterEach(() => nats.start());

  it.each([
    ['closed after a turn', async (connection: NatsConnection) => writesSettled().then(() => connection.close())],
    ['hung up', hangUp],
  ])('can be written to and %s, and nothing is left without a hearer', async (_, close) => {
    const connection = await connectNats({ url: nats.url, name: 'spec' });
    const serverLeaves = once(socketOf(connection), 'end');
    const killed = nats.kill();

    await serverLeaves;
    connection.publish('fact');
    connection.flush().catch(() => undefined);
    await close(connection);

    expect(connection.isClosed()).toBe(true);
    await killed;
  });
});

describe('hanging up', () => {
  it('says first what was still to be said', async () => {
    const [speaker, listener] = await Promise.all([connected(), connected()]);
    const heard: string[] = [];
    listener.subscribe('facts', { callback: (_, message) => heard.push(message.string()) });
    await listener.flush();

    for (let n = 0; n < 100; n++) speaker.publish('facts', String(n));
    await hangUp(speaker);

    await eventually(() => heard.length === 100);
    await hangUp(listener);
  });

  it('does not wait for a server that does not answer, and can be done twice', async () => {
    const connection = await connected();
    await nats.freeze();

    await hangUp(connection);
    await hangUp(connection);

    expect(connection.isClosed()).toBe(true);
    await nats.thaw();
  });

  const connected = () => connectNats({ url: nats.url, name: 'spec' });
});
