import { fastify } from 'fastify';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { letGoOfConnections } from './let-go';

/** Well below the minute for which Node waits for a request. */
const PATIENCE_MS = 20_000;

it(
  'a server that closes waits for whom it answers, not for whom it has answered or who never asked',
  async () => {
    const server = fastify();
    letGoOfConnections(server);
    let answer: (text: string) => void = () => undefined;
    server.get('/', () => new Promise((resolve) => (answer = resolve)));
    await server.listen();
    const { port } = server.server.address() as AddressInfo;
    const silent = connect(port, '127.0.0.1');
    await once(server.server, 'connection');
    const asked = once(server.server, 'request');
    const asking = connect(port, '127.0.0.1').setEncoding('utf8');
    asking.write('GET / HTTP/1.1\r\nhost: here\r\n\r\n');
    await asked;

    const closed = server.close();
    await once(silent, 'close');
    answer('late');

    await expect(once(asking, 'data')).resolves.toEqual([expect.stringContaining('late')]);
    await closed;
  },
  PATIENCE_MS,
);
