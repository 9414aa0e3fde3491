import { fastify } from 'fastify';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Outlet } from './outlet';

const opened: Outlet[] = [];
const server = fastify();
server.get('/', (_, reply) => {
  opened.push(new Outlet(reply, { heartbeatMs: 20, greeting: 'retry: 1\n\n' }));
});

beforeAll(() => server.listen({ port: 0, host: '127.0.0.1' }));
afterAll(() => server.close());

function watch(): Promise<IncomingMessage> {
  const { port } = server.server.address() as AddressInfo;
  return new Promise((resolve) => {
    get({ port, host: '127.0.0.1' }, resolve).on('error', () => undefined);
  });
}

const latest = (): Outlet => {
  const outlet = opened.at(-1);
  if (!outlet) throw new Error('nobody watches');
  return outlet;
};

const gone = (outlet: Outlet) =>
  new Promise<void>((resolve) => {
    outlet.signal.addEventListener('abort', () => {
      resolve();
    });
  });

describe('an open stream', () => {
  it('greets, keeps itself alive, and ends', async () => {
    const response = await watch();
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
    expect(latest().signal.aborted).toBe(true);
  });

  it('is given up when its reader has gone', async () => {
    const response = await watch();
    const end = gone(latest());
    response.destroy();

    await end;
  });

  it('is cut off from a reader that does not read', async () => {
    const response = await watch();
    response.pause().on('error', () => undefined);
    const outlet = latest();
    const frame = { data: { text: 'x'.repeat(100_000) } };
    for (let sent = 0; sent < 1_000 && !outlet.signal.aborted; sent++) outlet.send(frame);

    expect(outlet.signal.aborted).toBe(true);
    response.destroy();
  });
});
