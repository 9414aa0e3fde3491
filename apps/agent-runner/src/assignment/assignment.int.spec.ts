import type { WorkOrder } from '@syntropic/orchestration/contracts';
import { eventually } from '@syntropic/testing';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';
import { hangingRepository } from '../../test/hanging-repository';
import { orderOf, shell, useRunner } from '../../test/runner.fixture';
import { Spool } from '../session';
import { SessionDirectories } from './session-directories';

const directory = useDirectory();
const runner = useRunner(directory);

const endless = shell('while :; do echo tick; sleep 0.02; done');
const refusal = { code: 'execution.pause_not_requested', refusal: 'conflict', message: 'no pause is requested' };

const request = (order: WorkOrder, control: 'run' | 'pause' | 'cancel', asOf: number) => {
  runner.platform.request(order, control, asOf);
  runner.wake();
};

describeWithBubblewrap('a session that leaves more files than are kept', () => {
  it('fails, and the kept files are recorded', async () => {
    const order = orderOf(shell('cd artifacts/output && seq 1 1001 | xargs touch'));
    runner.platform.offer(order);
    await runner.start();

    const ended = await runner.platform.receives('CompleteSession', order);

    expect(ended).toMatchObject({ status: 'failed', errorType: 'too_many_artifacts' });
    expect(ended).toHaveProperty('artifacts.length', 1_000);
  });
});

describeWithBubblewrap('a paused session', () => {
  it('is held again when it was resumed and paused again between two renewals', async () => {
    const order = orderOf(endless);
    runner.platform.offer(order);
    await runner.start();
    await runner.platform.receives('CreateWorkspace', order);
    request(order, 'pause', 2);
    await runner.platform.receives('HoldPhase', order);

    request(order, 'pause', 4);
    await runner.platform.receives('HoldPhase', order, 2);
    request(order, 'cancel', 5);
    await expect(runner.platform.receives('CompleteSession', order)).resolves.toMatchObject({ status: 'cancelled' });
  });

  it('stays frozen when its first hold is refused after it was paused a second time', async () => {
    const order = orderOf(endless);
    const holds = new Set<string>();
    runner.platform.offer(order);
    await runner.start();
    await runner.platform.receives('CreateWorkspace', order);
    let refusals = 0;
    runner.platform.answers.set('HoldPhase', (_, commandId) => {
      const isFirst = holds.add(commandId).values().next().value === commandId;
      if (!isFirst) return { position: 1, version: 1 };
      if (holds.size < 2) return undefined;
      refusals++;
      return refusal;
    });

    request(order, 'pause', 2);
    await runner.platform.receives('HoldPhase', order);
    request(order, 'pause', 4);
    await runner.platform.receives('HoldPhase', order, 2);
    await eventually(() => refusals > 0);
    await runner.wakeUntilParked(order);
    await expect(runner.platform.receives('ParkPhase', order)).resolves.toMatchObject({ why: 'slot_needed' });
  });

  it('is parked when other work waits for its slot, and continues in its directory after its lease has ended', async () => {
    const first = orderOf(
      shell('test -e once && exec echo again; touch once; while :; do echo tick; sleep 0.02; done'),
    );
    const waiting = orderOf(shell('echo other'));
    runner.platform.offer(first);
    await runner.start();
    // Its first command has created the file once there is output.
    await eventually(() => runner.platform.linesOf(first).length > 0);
    const hint = { sessionId: waiting.sessionId, waiting: { provider: 'command' } };
    runner.wake(hint);
    request(first, 'pause', 2);
    await runner.platform.receives('HoldPhase', first);

    runner.platform.answers.set('ReleaseWork', () => ({ held: false }));
    runner.platform.answers.set('ParkPhase', () => {
      runner.platform.lost.add(first.sessionId);
      runner.platform.offer(waiting, { ...first, leg: 2, token: 2 });
      return { position: 1, version: 1 };
    });
    await eventually(() => {
      runner.wake(hint);
      return runner.platform.commandsOf('ParkPhase', first).length > 0;
    });
    runner.platform.lost.clear();
    runner.platform.controls.clear();
    expect(runner.platform.commandsOf('ParkPhase', first)).toMatchObject([{ why: 'slot_needed' }]);
    await runner.platform.receives('CompleteSession', waiting);
    await expect(runner.platform.receives('CompleteSession', first)).resolves.toMatchObject({ status: 'completed' });
    expect(runner.platform.linesOf(first).at(-1)).toBe('again');
  });

  it('is not parked for work outside the capabilities of its runner, nor while there is a free slot', async () => {
    const order = orderOf(endless);
    runner.platform.offer(order);
    await runner.start({ slots: 2 });
    await runner.platform.receives('CreateWorkspace', order);
    request(order, 'pause', 2);
    await runner.platform.receives('HoldPhase', order);

    const other = orderOf(endless);
    runner.wake({ sessionId: other.sessionId, waiting: { provider: 'command' } });
    runner.platform.offer(other);
    await runner.platform.receives('CreateWorkspace', other);
    runner.wake({ sessionId: orderOf(endless).sessionId, waiting: { provider: 'claude' } });
    request(order, 'run', 3);
    request(other, 'cancel', 3);
    await runner.platform.receives('CompleteSession', other);
    request(order, 'cancel', 4);
    await runner.platform.receives('CompleteSession', order);
    expect(runner.platform.commandsOf('ParkPhase', order)).toEqual([]);
  });
});

describeWithBubblewrap('a session that is still being prepared', () => {
  const hanging = (name: string) => {
    const repository = hangingRepository(directory.path, name);
    return { order: orderOf(endless, { repos: [`file://${repository}`] }), isCloning: () => mentions(repository) };
  };
  const mentions = (text: string) =>
    execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
      .split('\n')
      .some((line) => line.includes(text));

  it('is cancelled, and its clone ended', async () => {
    const { order, isCloning } = hanging('hangs.git');
    runner.platform.offer(order);
    await runner.start();
    await eventually(isCloning);

    request(order, 'cancel', 2);
    await expect(runner.platform.receives('CompleteSession', order)).resolves.toMatchObject({ status: 'cancelled' });
    await eventually(() => !isCloning());
  });

  it('is interrupted when the runner shuts down', async () => {
    const { order, isCloning } = hanging('hangs-too.git');
    runner.platform.offer(order);
    const stop = await runner.start();
    await eventually(isCloning);

    await stop();
    expect(runner.platform.commandsOf('InterruptPhase', order)).toMatchObject([{ why: 'shutdown' }]);
  }, 30_000);
});

describeWithBubblewrap('a session that has ended', () => {
  it('leaves no open file behind', async () => {
    const openSpools = () =>
      execFileSync('sh', ['-c', `ls -l /proc/${process.pid}/fd`], { encoding: 'utf8' })
        .split('\n')
        .filter((line) => line.includes('spool.jsonl') || line.includes('committed'));
    const order = orderOf(shell('echo done'));
    runner.platform.offer(order);
    await runner.start();
    await runner.platform.receives('ReleaseWork', order);

    await eventually(() => openSpools().length === 0);
  });

  it('is stored under its last lease when a killed runner starts again', async () => {
    const order = orderOf(endless, { token: 7 });
    const home = 'killed';
    const { directory: left } = new SessionDirectories({ directory: join(directory.path, home) }).open(order);
    const spool = await Spool.open(left);
    for (const text of ['stored', 'not yet stored']) {
      spool.append({ leg: 1, at: new Date().toISOString(), stream: 'stdout', text });
    }
    spool.committed(1);
    await spool.close();
    runner.platform.discarded.add(order.sessionId);
    await runner.start({ home });

    await eventually(() => readdirSync(join(directory.path, home, 'sessions')).length === 0);
    expect(runner.platform.linesOf(order)).toEqual(['not yet stored']);
    expect(runner.platform.stored.map(({ lease }) => lease.token)).toEqual([7]);
  });

  it('is discarded only after its own end, though the command service has discarded it before', async () => {
    const order = orderOf(shell('echo done'));
    const { platform } = runner;
    const named = (what: 'leases' | 'parked', { data }: (typeof platform.received)[number]) =>
      JSON.stringify(data[what]).includes(order.sessionId);
    platform.answers.set('CompleteSession', () => undefined);
    platform.offer(order);
    await runner.start({ home: 'ends' });
    await platform.receives('CompleteSession', order);
    const before = platform.received.length;
    platform.lost.add(order.sessionId);
    platform.discarded.add(order.sessionId);

    const afterLoss = await eventually(() => {
      runner.wake();
      const renewals = platform.received.slice(before).filter(({ type }) => type === 'RenewWork');
      return renewals.find((renewal) => !named('leases', renewal)) ?? false;
    });

    expect(named('parked', afterLoss)).toBe(false);
    await eventually(() => readdirSync(join(directory.path, 'ends', 'sessions')).length === 0);
  }, 30_000);

  it('is stored to its last line after its lease was lost, and only then removed', async () => {
    const order = orderOf(endless);
    const home = 'loses';
    runner.platform.offer(order);
    await runner.start({ home });
    await eventually(() => runner.platform.linesOf(order).length > 3);
    runner.platform.isStoring = false;
    const stored = runner.platform.linesOf(order).length;
    const spool = join(directory.path, home, 'sessions', order.sessionId, 'spool.jsonl');
    await eventually(() => readFileSync(spool, 'utf8').split('\n').length > stored + 3);
    runner.platform.lost.add(order.sessionId);
    runner.wake();

    const kept = () => readdirSync(join(directory.path, home, 'sessions'));
    runner.platform.discarded.add(order.sessionId);
    await eventually(() =>
      runner.platform.received.some(
        ({ type, data }) => type === 'RenewWork' && (data['parked'] as string[]).includes(order.sessionId),
      ),
    );
    expect(kept()).toEqual([order.sessionId]);

    runner.platform.isStoring = true;
    await eventually(() => kept().length === 0);
    expect(runner.platform.linesOf(order).length).toBeGreaterThan(stored);
    const last = runner.platform.stored.at(-1)?.events.at(-1);
    expect(last).toMatchObject({ type: 'leg_ended', data: { leg: 1, ended: 'killed' } });
  }, 30_000);
});
