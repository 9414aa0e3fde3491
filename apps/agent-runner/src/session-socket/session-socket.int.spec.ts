import { eventually, useModels } from '@syntropic/testing';
import { once } from 'node:events';
import { lstatSync, existsSync, mkdirSync, readlinkSync, statSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { register } from 'prom-client';
import { ask, upstream, useSockets } from '../../test/socket.fixture';
import { useDirectory } from '../../test/workspace.fixture';

const MEBIBYTE = 1024 * 1024;
const MESSAGES = '/anthropic/v1/messages';
const directory = useDirectory();
const models = useModels();
const open = useSockets(directory);
const openAnthropic = () => open({ upstreams: [upstream('anthropic', models().url)] });

beforeEach(() => {
  models().clear();
  models().answer(() => ({ text: 'Hello' }));
});

const counted = async (metric: string, label: string, value: string): Promise<number> => {
  const { values = [] } = (await register.getSingleMetric(metric)?.get()) ?? {};
  return values.find(({ labels }) => labels[label] === value)?.value ?? 0;
};
const faults = (reason: string) => counted('runner_session_socket_faults_total', 'reason', reason);

/** Sends bytes, and resolves with all that comes back until the connection ends. */
async function exchange(path: string, bytes: string | Buffer): Promise<string> {
  const client = connect(path);
  client.on('error', () => undefined);
  let answer = '';
  client.on('data', (piece: Buffer) => (answer += piece.toString()));
  client.write(bytes);
  await once(client, 'close');
  return answer;
}

describe('the session socket', () => {
  it('can be reached by its owner alone', async () => {
    const { socket } = await openAnthropic();
    expect(lstatSync(socket.path).mode & 0o777).toBe(0o600);
    expect(lstatSync(dirname(socket.path)).mode & 0o077).toBe(0);
  });

  it('is a new one at each leg, and gone at the end', async () => {
    const { socket, reopen } = await openAnthropic();
    const before = lstatSync(socket.path).ino;
    const next = await reopen();
    expect(lstatSync(next.path).ino).not.toBe(before);
    await next.close();
    expect(existsSync(next.path)).toBe(false);
  });

  it('is elsewhere when the path of its directory is too long, and leaves nothing there', async () => {
    const long = join('d'.repeat(90), 'e'.repeat(90));
    mkdirSync(join(directory.path, long), { recursive: true });
    const { socket, directory: own } = await open({ upstreams: [upstream('anthropic', models().url)] }, [], long);
    const place = readlinkSync(join(own, 'socket-place'));
    expect(dirname(socket.path)).toBe(place);
    expect(statSync(place).mode & 0o777).toBe(0o700);
    await expect(ask(socket.path, MESSAGES, { model: 'm' })).resolves.toMatchObject({ status: 200 });

    await socket.close();
    expect([existsSync(place), existsSync(join(own, 'socket-place'))]).toEqual([false, false]);
  });

  it('names the session by itself: nothing in a request can claim another one', async () => {
    const [one, other] = [await openAnthropic(), await openAnthropic()];
    await ask(
      one.socket.path,
      MESSAGES,
      { model: 'm', metadata: { user_id: other.socket.path } },
      { headers: { 'x-session-id': other.directory, 'x-claude-code-session-id': other.directory } },
    );
    expect([one.records('model_call').length, other.records('model_call').length]).toEqual([1, 0]);
  });
});

describe('a connection', () => {
  it.each([
    ['no HTTP', 'hello\r\n\r\n', 'malformed', ' 400 '],
    ['an endless head', `GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(40_000)}`, 'head_too_large', ' 431 '],
    [
      'a length that lies',
      'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
      'malformed',
      ' 400 ',
    ],
  ])('with %s ends alone, and is counted', async (_, bytes, reason, status) => {
    const { socket } = await openAnthropic();
    const before = await faults(reason);

    await expect(exchange(socket.path, bytes)).resolves.toContain(status);
    expect(await faults(reason)).toBe(before + 1);
    await expect(ask(socket.path, MESSAGES, { model: 'm' })).resolves.toMatchObject({ status: 200 });
  });

  it('with an endless body ends alone, and is counted', async () => {
    const { socket } = await openAnthropic();
    const before = await faults('too_large');
    const client = connect(socket.path);
    client.on('error', () => undefined);
    let answer = '';
    client.on('data', (piece: Buffer) => (answer += piece.toString()));
    client.write(`POST ${MESSAGES} HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n`);
    const piece = Buffer.alloc(MEBIBYTE, 'x');
    const chunk = Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]);
    client.on('drain', () => client.write(chunk));
    client.write(chunk);
    await eventually(() => answer !== '');
    client.destroy();

    expect(answer).toContain(' 413 ');
    expect(await faults('too_large')).toBe(before + 1);
    await expect(ask(socket.path, MESSAGES, { model: 'm' })).resolves.toMatchObject({ status: 200 });
    expect(models().requests).toHaveLength(1);
  });

  it('beyond the most is closed, and is counted', async () => {
    const { socket } = await openAnthropic();
    const before = await faults('too_many_connections');
    const clients: Socket[] = [];
    for (let n = 0; n < 300; n++) clients.push(connect(socket.path).on('error', () => undefined));
    await eventually(async () => (await faults('too_many_connections')) - before === 300 - 256);
    for (const client of clients) client.destroy();
    await eventually(
      async () => (await ask(socket.path, MESSAGES, { model: 'm' }).catch(() => undefined))?.status === 200,
    );
  });

  it('holds no more bytes than its session has room for', async () => {
    const { socket } = await openAnthropic();
    await socket.hold('paused');
    const large = Buffer.alloc(20 * MEBIBYTE, ' ');
    const held = Promise.allSettled([1, 2, 3].map(() => ask(socket.path, MESSAGES, large)));
    await eventually(() => socket.held.calls === 3);
    await expect(ask(socket.path, MESSAGES, large)).resolves.toMatchObject({
      status: 503,
      headers: { 'retry-after': '1', 'x-should-retry': 'true' },
    });
    await socket.close();
    await held;
  });
});

describe('a question of a hook', () => {
  const question = (id: string) => ({ hook_event_name: 'PreToolUse', tool_name: 'Bash', tool_use_id: id });

  it('is answered at once, and waits while the session is held', async () => {
    const { socket } = await openAnthropic();
    await expect(ask(socket.path, '/hooks/pre-tool-use', question('t1'))).resolves.toMatchObject({
      status: 200,
      body: '{}',
    });
    await socket.hold('paused');
    const waiting = ask(socket.path, '/hooks/pre-tool-use', question('t2'));
    await eventually(() => socket.held.tools.length === 1);
    expect([socket.held, socket.tools.ids]).toEqual([{ calls: 0, tools: ['t2'] }, ['t1']]);

    socket.release('paused');
    await waiting;
    await ask(socket.path, '/hooks/post-tool-use', question('t1'));
    expect(socket.tools.ids).toEqual(['t2']);
  });

  it.each([{}, { tool_use_id: 7 }, 'no json'])('without a tool is refused: %j', async (body) => {
    const { socket } = await openAnthropic();
    await expect(ask(socket.path, '/hooks/pre-tool-use', body)).resolves.toMatchObject({ status: 400 });
  });
});

describe('egress', () => {
  const echo = createServer((client) => client.on('error', () => undefined).pipe(client));
  beforeAll(() => once(echo.listen(0, '127.0.0.1'), 'listening'));
  afterAll(() => echo.close());
  const port = () => (echo.address() as AddressInfo).port;
  const refused = () => counted('runner_egress_connections_total', 'outcome', 'refused');

  it('connects with a listed host, and counts its bytes', async () => {
    const { socket, records } = await open({ hosts: [`localhost:${port()}`], privateNetworks: ['127.0.0.0/8'] });
    const client = connect(socket.path);
    client.write(`CONNECT localhost:${port()} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    const [head] = (await once(client, 'data')) as [Buffer];
    expect(head.toString()).toContain(' 200 ');
    client.write('ping!');
    const [echoed] = (await once(client, 'data')) as [Buffer];
    expect(echoed.toString()).toBe('ping!');
    client.end();

    await eventually(() => records('egress_connection').length === 1);
    expect(records('egress_connection')).toMatchObject([
      { host: 'localhost', port: port(), outcome: 'closed', sent_bytes: 5, received_bytes: 5 },
    ]);
  });

  it.each([
    ['a host that is not listed', 'other.example:443', ['api.example'], undefined],
    ['another port', 'api.example:22', ['api.example'], undefined],
    ['the host of a wildcard itself', 'example.com:443', ['*.example.com'], undefined],
    ['a host that only ends like a listed one', 'evilexample.com:443', ['example.com', '*.example.com'], undefined],
    ['a host that the workflow has left out', 'api.example:443', ['api.example'], ['other.example']],
    ['a host that only the workflow lists', 'other.example:443', ['api.example'], ['other.example']],
    ['a listed host with a private address', 'localhost:443', ['localhost'], undefined],
    ['a listed private address', '10.1.2.3:443', ['10.1.2.3'], undefined],
    ['an address in another notation', '0x7f000001:443', ['0x7f000001'], undefined],
    ['no host', ':443', [], undefined],
  ])('refuses %s, counts it and shows it', async (_, destination, hosts, own) => {
    const { socket, records } = await open({ hosts }, own);
    const before = await refused();
    const answer = await exchange(socket.path, `CONNECT ${destination} HTTP/1.1\r\nhost: a\r\n\r\n`);

    expect(answer).toContain(' 403 ');
    expect(records('egress_connection')).toMatchObject([{ outcome: 'refused', sent_bytes: 0, received_bytes: 0 }]);
    expect(await refused()).toBe(before + 1);
  });

  it('refuses a request that is not encrypted', async () => {
    const { socket, records } = await open({ hosts: ['api.example'] });
    await expect(ask(socket.path, 'http://api.example/secrets', {})).resolves.toMatchObject({ status: 403 });
    expect(records('egress_connection')).toMatchObject([{ host: 'api.example', outcome: 'refused' }]);
  });

  it('refuses an endless number of hosts, and records the first of them', async () => {
    const { socket, records, spool } = await open({});
    const client = connect(socket.path);
    client.destroy();
    for (let n = 0; n < 20; n++) await exchange(socket.path, `CONNECT a${n}.example:443 HTTP/1.1\r\nhost: a\r\n\r\n`);
    expect(records('egress_connection')).toHaveLength(20);
    expect(spool.last).toBe(20);
  });
});

it('reports a record that cannot be written: the session must not go on', async () => {
  const { sockets, directory: own } = await openAnthropic();
  const append = () => {
    throw new Error('no space left');
  };
  const owner = { sessionId: 'full', leg: 2, directory: own, egress: [], spool: { append } };
  const socket = await sockets.open(owner);
  const fault = expect(socket.fault).rejects.toThrow('no space left');
  await expect(ask(socket.path, MESSAGES, { model: 'm' })).rejects.toThrow();
  await fault;
  await socket.close();
});
