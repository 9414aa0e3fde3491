import { fastify } from 'fastify';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SseConnection } from './sse-connection';

const opened: SseConnection[] = [];
const server = fastify();
server.get('/', (_, reply) => {
  opened.push(new SseConnection(reply, { heartbeatMs: 20, greeting: 'retry: 1\n\n' }));
});

beforeAll(() => server.listen({ port: 0, host: '127.0.0.1' }));
afterAll(() => server.close());

function connect(): Promise<IncomingMessage> {
  const { port } = server.server.address() as AddressInfo;
  return new Promise((resolve) => {
    get({ port, host: '127.0.0.1' }, resolve).on('error', () => undefined);
  });
}

const latest = (): SseConnection => {
  const connection = opened.at(-1);
  if (!connection) throw new Error('no stream is open');
  return connection;
};

const closed = (connection: SseConnection) =>
  new Promise<void>((resolve) => {
    connection.onClose(resolve);
  });

describe('an open stream', () => {
  it('greets, keeps itself alive, and ends', async () => {
    const response = await connect();
    const texts: string[] = [];
    response.setEncoding('utf8').on('data', (text: string) => texts.push(text));
    await new Promise<void>((resolve) => {
      response.on('data', () => {
        if (texts.join('').includes(': heartbeat')) resolve();
      });
    });
    latest().end();

    expect(texts.join('')).toMatch(/^retry: 1\n\n/);
    expect(response.headers['content-type']).toContain('text/event-stream');
    expect(response.headers['transfer-encoding']).toBeUndefined();
    expect(latest().isClosed).toBe(true);
  });

  it('ends when its client has left', async () => {
    const response = await connect();
    const end = closed(latest());
    response.destroy();

    await end;
  });

  it('is cut when its client does not read', async () => {
    const response = await connect();
    response.pause().on('error', () => undefined);
    const connection = latest();
    const frame = { data: { text: 'x'.repeat(100_000) } };
    for (let sent = 0; sent < 1_000 && !connection.isClosed; sent++) connection.send(frame);

    expect(connection.isClosed).toBe(true);
    response.destroy();
  });
});
