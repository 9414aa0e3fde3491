import { fastify } from 'fastify';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { closeIdleConnections } from './close-idle-connections';

/** Well below the minute for which Node waits for a request. */
const TIMEOUT_MS = 20_000;

it(
  'a closing server waits for unfinished responses, not for idle connections',
  async () => {
    const server = fastify();
    closeIdleConnections(server);
    let respond: (text: string) => void = () => undefined;
    server.get('/', () => new Promise((resolve) => (respond = resolve)));
    await server.listen();
    const { port } = server.server.address() as AddressInfo;
    const idle = connect(port, '127.0.0.1');
    await once(server.server, 'connection');
    const requested = once(server.server, 'request');
    const client = connect(port, '127.0.0.1').setEncoding('utf8');
    client.write('GET / HTTP/1.1\r\nhost: here\r\n\r\n');
    await requested;

    const closed = server.close();
    await once(idle, 'close');
    respond('late');

    await expect(once(client, 'data')).resolves.toEqual([expect.stringContaining('late')]);
    await closed;
  },
  TIMEOUT_MS,
);
