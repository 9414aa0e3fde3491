import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();

/** What the gateway answers to these bytes before it closes the connection. */
async function answerTo(bytes: string) {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  socket.write(bytes);
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  const [status, ...headers] = head.split('\r\n');
  return { status, headers, body: JSON.parse(body) as object };
}

describe('what cannot be read as a request', () => {
  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400, 'request.malformed'],
    [
      'a header of 20 KB',
      `GET / HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'request.headers_too_large',
    ],
    ['an address of 20 KB', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nhost: a\r\n\r\n`, 431, 'request.headers_too_large'],
  ])('%s is answered with a problem document', async (_, bytes, status, code) => {
    const answer = await answerTo(bytes);

    expect(answer.status).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer.headers).toContain('content-type: application/problem+json');
    expect(answer.body).toMatchObject({ status, code });
  });
});
