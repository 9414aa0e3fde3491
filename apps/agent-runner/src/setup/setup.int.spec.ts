import type { AgentConfiguration, Setup, WorkOrder } from '@syntropic/orchestration/contracts';
import { eventually, useModels } from '@syntropic/testing';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { orderOf, shell, useRunner } from '../../test/runner.fixture';
import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';

const directory = useDirectory();
const runner = useRunner(directory);

type Commands = readonly [string, ...string[]];

const prepared = (agent: AgentConfiguration, commands: Commands, more: Partial<Setup> = {}) =>
  orderOf({ ...agent, setup: { commands, egress: [], secrets: [], timeoutSeconds: 600, ...more } });

const eventsOf = ({ sessionId }: WorkOrder) =>
  runner.platform.stored.flatMap((batch) => (batch.sessionId === sessionId ? batch.events : []));

const rowsOf = (order: WorkOrder, type: string) =>
  eventsOf(order).flatMap((event) => (event.type === type ? [event.data] : []));

const printed = (order: WorkOrder) => rowsOf(order, 'setup_output').map(({ text }) => text);

const request = (order: WorkOrder, control: 'run' | 'pause' | 'cancel', asOf: number) => {
  runner.platform.request(order, control, asOf);
  runner.wake();
};

const isRunning = (word: string) =>
  execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .some((line) => line.includes(word) && !line.includes(' -ec '));

describeWithBubblewrap('a set-up', () => {
  const models = useModels();
  let server: Server;
  beforeAll(async () => {
    server = createServer((_, response) => response.end('a package')).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => server.close());

  it('has a network of its own before its agent, who finds what it has made and has no way out', async () => {
    models().answer(() => ({ text: 'Hello' }));
    const host = `localhost:${(server.address() as AddressInfo).port}`;
    const fetch = `curl -sS --max-time 20 --noproxy '' --proxytunnel --proxy "$HTTPS_PROXY" http://${host}/`;
    const call = `curl -sS --unix-socket "$SYN_RUNNER_SOCKET" -d '{}' http://runner/anthropic/v1/messages`;
    const agent = shell(
      `cat package; cat "$HOME/note"; echo "proxy: $HTTPS_PROXY"; ${call} | grep -c Hello; curl -sS --max-time 5 http://${host}/ || echo closed`,
    );
    const order = prepared(
      { ...agent, egress: [] },
      [`${fetch} > package`, `echo kept > "$HOME/note"; ls; echo '{"type":"result","subtype":"success"}' >&2`, call],
      { egress: [host] },
    );
    runner.platform.offer(order);
    await runner.start({
      environment: {
        EGRESS_ALLOWED_HOSTS: host,
        EGRESS_PRIVATE_NETWORKS: '127.0.0.0/8,::1/128',
        ANTHROPIC_BASE_URL: models().url,
        ANTHROPIC_API_KEY: 'key',
      },
    });

    await expect(runner.platform.receives('CompleteSession', order)).resolves.toMatchObject({ status: 'completed' });
    await eventually(() => eventsOf(order).some(({ type }) => type === 'leg_ended'));
    expect(runner.platform.linesOf(order)).toEqual(
      expect.arrayContaining(['a package' + 'kept', 'proxy: ', '1', 'closed']),
    );
    const [first, second, third] = printed(order).slice(-3);
    expect([first, second]).toEqual(['repos', '{"type":"result","subtype":"success"}']);
    expect(third).toContain('setup_calls_no_models');
    expect(rowsOf(order, 'egress_connection')).toMatchObject([{ host: 'localhost', outcome: 'closed' }]);
    expect(rowsOf(order, 'setup_command_ended')).toMatchObject([
      { number: 1, of: 3, exit_code: 0, success: true },
      { number: 2 },
      { number: 3 },
    ]);
    expect(models().requests).toHaveLength(1);
    // The commands' time is none of the agent's.
    const [ended] = eventsOf(order).filter(({ type }) => type === 'leg_ended');
    const [command] = eventsOf(order).filter(({ type }) => type === 'setup_command_started');
    const whole = Date.parse(ended?.time ?? '') - Date.parse(command?.time ?? '');
    expect(ended?.data['duration_ms']).toBeLessThan(whole);
  });

  it('that fails ends its phase with the reason, and its rows and transcript are kept', async () => {
    const order = prepared(shell('echo agent'), [
      'echo one',
      'echo before; echo "no such package" >&2; exit 3',
      'echo three',
    ]);
    runner.platform.offer(order);
    await runner.start();

    const ended = await runner.platform.receives('CompleteSession', order);

    const reason = /^set-up command 2 of 3 \(echo before.*\) ended with exit code 3\nbefore\nno such package$/s;
    expect(ended).toMatchObject({
      status: 'failed',
      errorType: 'setup_failed',
      error: expect.stringMatching(reason) as unknown,
    });
    expect(ended['transcriptUri']).toEqual(expect.any(String));
    expect(printed(order)).toEqual(['one', 'before', 'no such package']);
    expect(rowsOf(order, 'setup_command_ended')).toMatchObject([{ exit_code: 0 }, { exit_code: 3, success: false }]);
    expect(ended['telemetryEvents']).toBe(eventsOf(order).length);
    expect(runner.platform.linesOf(order)).toEqual([]);
  });

  it('that takes too long is ended with everything it has begun', async () => {
    const order = prepared(shell('echo agent'), ['sleep 4711 & sleep 4711'], { timeoutSeconds: 1 });
    runner.platform.offer(order);
    await runner.start();

    await expect(runner.platform.receives('CompleteSession', order)).resolves.toMatchObject({
      status: 'failed',
      errorType: 'setup_timed_out',
      error: 'the set-up took longer than 1 s, at set-up command 1 of 1 (sleep 4711 & sleep 4711)',
    });
    expect(isRunning('sleep 4711')).toBe(false);
  });

  it('is cancelled while a command runs that heeds no signal', async () => {
    const order = prepared(shell('echo agent'), ['trap "" INT TERM; echo begun; while :; do sleep 0.1; done']);
    runner.platform.offer(order);
    await runner.start();
    await eventually(() => printed(order).includes('begun'));

    request(order, 'cancel', 2);
    await expect(runner.platform.receives('CompleteSession', order)).resolves.toMatchObject({ status: 'cancelled' });
    expect(runner.platform.linesOf(order)).toEqual([]);
  });

  it('is held between two commands, and goes on with the next when it is resumed', async () => {
    const order = prepared(shell('echo agent'), ['until [ -e go ]; do echo wait; sleep 0.1; done', 'echo second']);
    runner.platform.offer(order);
    await runner.start({ home: 'held' });
    await eventually(() => printed(order).includes('wait'));

    request(order, 'pause', 2);
    execFileSync('touch', [`${directory.path}/held/sessions/${order.sessionId}/volume/workspace/go`]);
    await expect(runner.platform.receives('HoldPhase', order)).resolves.toMatchObject({ yieldPoint: 'before_phase' });
    expect(rowsOf(order, 'setup_command_started')).toHaveLength(1);

    request(order, 'run', 3);
    await expect(runner.platform.receives('CompleteSession', order)).resolves.toMatchObject({ status: 'completed' });
    expect([printed(order).at(-1), runner.platform.linesOf(order)]).toEqual(['second', ['agent']]);
  });

  it('that is parked begins anew in the next leg, in an empty workspace', async () => {
    const order = prepared(shell('echo agent'), ['touch half; until [ -e go ]; do echo wait; sleep 0.1; done', 'true']);
    const again = prepared(shell('echo agent'), ['[ -e half ] && echo again || echo anew']);
    runner.platform.offer(order);
    runner.platform.answers.set('ParkPhase', () => {
      runner.platform.request(order, 'run', 3);
      runner.platform.offer({ ...again, sessionId: order.sessionId, leg: 2, token: 2 });
      return { position: 1, version: 1 };
    });
    await runner.start({ home: 'parked', environment: { PAUSE_HOLD_SECONDS: '0' } });
    await eventually(() => printed(order).includes('wait'));

    request(order, 'pause', 2);
    execFileSync('touch', [`${directory.path}/parked/sessions/${order.sessionId}/volume/workspace/go`]);
    await expect(runner.platform.receives('ParkPhase', order)).resolves.toMatchObject({ why: 'hold_expired' });
    await expect(runner.platform.receives('CompleteSession', order)).resolves.toMatchObject({ status: 'completed' });
    expect([printed(order).at(-1), runner.platform.linesOf(order)]).toEqual(['anew', ['agent']]);
  });
});
