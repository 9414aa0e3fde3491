import { eventually, useModels } from '@syntropic/testing';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { basename, join } from 'node:path';
import { command, listen, toTheEnd, useSessions } from '../../test/session.fixture';
import { socketsWith, upstream } from '../../test/socket.fixture';
import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';
import { FORWARDER_URL, type Provider } from '../providers/provider';
import { ProcessBackend, SandboxBackend } from '../workspaces';

const shell = (script: string) => command('sh', '-c', script);
/** A TLS client without TLS: it reads what the tunnel brings. */
const THROUGH_PROXY = (host: string) =>
  `curl -sS --max-time 20 --noproxy '' --proxytunnel --proxy "$HTTPS_PROXY" http://${host}/ 2>&1; echo " exit $?"`;

describeWithBubblewrap('an agent with hosts', () => {
  const directory = useDirectory();
  const start = useSessions(new SandboxBackend(), directory);
  let server: Server;
  beforeAll(async () => {
    server = createServer((_, response) => response.end('hello from outside')).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => server.close());
  const host = () => `localhost:${(server.address() as AddressInfo).port}`;
  const sockets = () => socketsWith({ hosts: [host(), 'other.example'], privateNetworks: ['127.0.0.0/8', '::1/128'] });
  const rows = (texts: readonly string[]) =>
    texts
      .filter((text) => text.includes('egress_connection'))
      .map((text) => (JSON.parse(text) as { context: object }).context);

  it('reaches those that are listed through its proxy, and no others', async () => {
    const script = `${THROUGH_PROXY(host())}; ${THROUGH_PROXY('evil.example:443')}; curl -sS --noproxy '*' --max-time 5 http://${host()}/ || echo "no network"`;
    const { texts } = await toTheEnd(await start({ agent: shell(script), sockets: sockets() }));

    expect(texts.join('\n')).toContain('hello from outside exit 0');
    expect(texts.join('\n')).toContain('no network');
    expect(rows(texts)).toMatchObject([
      { host: 'localhost', outcome: 'closed' },
      { host: 'evil.example', outcome: 'refused' },
    ]);
  });

  it('reaches fewer when its workflow lists fewer, and has no proxy when it lists none', async () => {
    const narrowed = { ...shell(THROUGH_PROXY(host())), egress: ['other.example'] };
    const { texts } = await toTheEnd(await start({ agent: narrowed, sockets: sockets() }));
    expect(rows(texts)).toMatchObject([{ host: 'localhost', outcome: 'refused' }]);

    const none = { ...shell('echo "proxy: $HTTPS_PROXY"'), egress: [] };
    const { texts: lines } = await toTheEnd(await start({ agent: none, sockets: sockets() }));
    expect(lines).toEqual(['proxy: ']);
  });

  it('keeps its input, its exit code and its signals behind the forwarder', async () => {
    const echoing = await toTheEnd(
      await start({ agent: shell('cat; exit 7'), promptTemplate: 'the prompt', sockets: sockets() }),
    );
    expect([echoing.texts, echoing.finished.exitCode]).toEqual([['the prompt'], 7]);

    const run = await start({
      agent: shell('trap "echo caught; exit 3" INT; echo ready; while :; do sleep 0.01; done'),
      sockets: sockets(),
    });
    const { lines, drained } = listen(run);
    await eventually(() => lines.some(({ text }) => text === 'ready'));
    run.cancel();
    await expect(run.finished).resolves.toMatchObject({ outcome: 'cancelled', legEnd: 'INT', exitCode: 3 });
    await drained;
  });
});

describe('an agent that speaks TCP only', () => {
  const models = useModels();
  const directory = useDirectory();
  const start = useSessions(new ProcessBackend(true), directory);
  /** Names the forwarder in an argument and in a variable. */
  const provider: Provider = {
    name: 'command',
    canResume: false,
    yields: 'anywhere',
    plan: () =>
      Promise.resolve({
        argv: ['sh', '-c', 'curl -sS -d "{}" "$0/v1/messages" "$BASE/v1/messages"', `${FORWARDER_URL}/anthropic`],
        stdin: '',
        env: { BASE: `${FORWARDER_URL}/anthropic` },
        forwarder: true,
      }),
  };

  it('calls models through the forwarder, also without isolation', async () => {
    models().answer(() => ({ text: 'Hello' }));
    const sockets = socketsWith({ upstreams: [upstream('anthropic', models().url)] });
    const { texts } = await toTheEnd(await start({ agent: { ...shell(''), isolation: 'process' }, provider, sockets }));

    expect(models().requests).toHaveLength(2);
    expect(texts.filter((text) => text.includes('"model_call"'))).toHaveLength(2);
  });
});

describeWithBubblewrap('two sessions', () => {
  const models = useModels();
  const directory = useDirectory();
  const start = useSessions(new SandboxBackend(), directory);

  it('cannot reach the sockets of each other', async () => {
    models().answer(() => ({ text: 'Hello' }));
    const sockets = socketsWith({ upstreams: [upstream('anthropic', models().url)] });
    const [one, other] = [randomUUID(), randomUUID()];
    const victim = await start({ agent: shell('sleep 60'), sockets, sessionId: one });
    const path = join(directory.path, one, 'runner.sock');
    const ask = (socket: string) => `curl -sS -d '{}' --unix-socket ${socket} http://runner/anthropic/v1/messages`;
    const script = `${ask(path)} || echo "not there"; ${ask('"$SYN_RUNNER_SOCKET"')} >/dev/null; find / -name '*.sock' 2>/dev/null`;
    const { texts } = await toTheEnd(await start({ agent: shell(script), sockets, sessionId: other }));

    expect(texts).toContain('not there');
    expect(texts.filter((text) => text.endsWith('.sock'))).toEqual(['/run/syntropic/runner.sock']);
    expect(texts.filter((text) => text.includes('"model_call"'))).toHaveLength(1);
    expect(victim.spool.last).toBe(0);
    // The address is right: its owner on the host can connect.
    const client = connect(path);
    await once(client, 'connect');
    client.destroy();
    expect(basename(path)).toBe('runner.sock');
  });
});
