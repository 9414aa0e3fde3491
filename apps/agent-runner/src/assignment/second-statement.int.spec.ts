import { eventually } from '@syntropic/testing';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { orderOf, shell, useRunner } from '../../test/runner.fixture';
import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';

const directory = useDirectory();
const runner = useRunner(directory);

const accepted = { position: 1, version: 1 };
const refusal = { code: 'command.invalid', refusal: 'invalid', message: 'usage.turns: too many' };
const isReduced = ({ usage }: Readonly<Record<string, unknown>>) => JSON.stringify(usage).includes('"turns":0');

const started = async (script: string, home = 'own') => {
  const order = orderOf(shell(script));
  runner.platform.offer(order);
  await runner.start({ home });
  return order;
};

describeWithBubblewrap('a refused statement of a runner is followed by a reduced one', () => {
  it('when the account of a session is refused: it fails with the reason, and its lease is released at once', async () => {
    let refusals = 0;
    runner.platform.answers.set('CompleteSession', () => (refusals++ === 0 ? refusal : accepted));
    const order = await started('echo late >&2; exit 3');

    await expect(runner.platform.receives('ReleaseWork', order)).resolves.toMatchObject({ as: 'closed' });
    expect(runner.platform.commandsOf('CompleteSession', order).at(-1)).toMatchObject({
      status: 'failed',
      errorType: 'account_refused',
      error: 'its account was refused: usage.turns: too many\nfailed: the agent ended with exit code 3\nlate',
      usage: { costComplete: false },
    });
  });

  it.each(['CreateWorkspace', 'TerminateWorkspace'])('when %s is refused', async (type) => {
    runner.platform.answers.set(type, () => ({ ...refusal, message: 'runner: too long' }));
    const order = await started('sleep 0.1');

    await expect(runner.platform.receives('ReleaseWork', order)).resolves.toMatchObject({ as: 'closed' });
    const [ended] = runner.platform.commandsOf('CompleteSession', order);
    expect(ended).toMatchObject(
      type === 'CreateWorkspace'
        ? { errorType: 'account_refused', error: 'runner: too long' }
        : { status: 'completed' },
    );
  });

  it('when the session itself is refused: its phase fails', async () => {
    runner.platform.answers.set('StartSession', () => refusal);
    runner.platform.answers.set('CompleteSession', () => ({ ...refusal, code: 'session.not_found' }));
    const order = await started('true');

    await expect(runner.platform.receives('ReleaseWork', order)).resolves.toMatchObject({ as: 'closed' });
    expect(runner.platform.commandsOf('FailPhase', order)).toMatchObject([
      { errorType: 'account_refused', error: 'usage.turns: too many', usage: { costComplete: false } },
    ]);
  });

  it('when the usage of a parked session is refused', async () => {
    runner.platform.answers.set('ParkPhase', (data) => (isReduced(data) ? accepted : refusal));
    const order = await started('echo ready; while :; do sleep 0.02; done');
    await runner.platform.receives('CreateWorkspace', order);
    runner.platform.request(order, 'pause', 2);
    runner.wake();
    await runner.platform.receives('HoldPhase', order);
    await runner.wakeUntilParked(order);

    await expect(runner.platform.receives('ReleaseWork', order)).resolves.toMatchObject({ as: 'parked' });
  });

  it('when the runner itself is at fault, without a path of its machine', async () => {
    const order = orderOf(shell('true'));
    mkdirSync(join(directory.path, 'faulty', 'sessions'), { recursive: true });
    writeFileSync(join(directory.path, 'faulty', 'sessions', order.sessionId), 'in the way');
    runner.platform.offer(order);
    await runner.start({ home: 'faulty' });

    await runner.platform.receives('ReleaseWork', order);
    expect(runner.platform.commandsOf('CompleteSession', order)).toMatchObject([
      { status: 'failed', errorType: 'runner_failed', error: 'EEXIST: file already exists' },
    ]);
  });
});

describeWithBubblewrap('the error of a session', () => {
  it('is storable and short', async () => {
    const order = await started("printf 'bad\\0half' >&2; exit 3");
    const ended = await runner.platform.receives('CompleteSession', order);

    expect(ended).toMatchObject({ error: 'the agent ended with exit code 3\nbad\ufffdhalf' });
  });

  it('is cut where its reason is long', async () => {
    runner.platform.answers.set('StartSession', () => ({ ...refusal, message: 'x'.repeat(100_000) }));
    const ended = await runner.platform.receives('CompleteSession', await started('true'));

    expect(Buffer.byteLength(String(ended['error']))).toBeLessThanOrEqual(4_096);
    expect(ended['error']).toMatch(/^x+…$/);
  });

  it('is cut and mended where an agent has printed it', async () => {
    const order = await started("for n in $(seq 2000); do printf 'ä\\0\\377' >&2; done; exit 3");
    const { error } = await runner.platform.receives('CompleteSession', order);

    expect(Buffer.byteLength(String(error))).toBeLessThanOrEqual(4_096);
    expect(error).toMatch(/^the agent ended with exit code 3\n[ä\ufffd]+…?$/);
  });
});

describe('a file in the directory of sessions that is no session', () => {
  it('costs no lease', async () => {
    const sessions = join(directory.path, 'strewn', 'sessions');
    mkdirSync(join(sessions, 'backup'), { recursive: true });
    for (const name of ['.DS_Store', orderOf(shell('true')).sessionId]) writeFileSync(join(sessions, name), '');
    await runner.start({ home: 'strewn' });

    const renewal = await eventually(() => runner.platform.received.find(({ type }) => type === 'RenewWork') ?? false);
    expect(renewal.data['parked']).toEqual([]);
  });
});
