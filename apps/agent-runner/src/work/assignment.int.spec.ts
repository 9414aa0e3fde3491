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
const bench = useRunner(directory);

const endless = shell('while :; do echo tick; sleep 0.02; done');
const refusal = { code: 'execution.pause_not_requested', refusal: 'conflict', message: 'nobody waits for it' };

const ask = (order: Parameters<typeof bench.counterpart.ask>[0], control: 'run' | 'pause' | 'cancel', asOf: number) => {
  bench.counterpart.ask(order, control, asOf);
  bench.wake();
};

describeWithBubblewrap('a session that leaves more files than are kept', () => {
  it('fails, and what is kept of them is recorded', async () => {
    const order = orderOf(shell('cd artifacts/output && seq 1 1001 | xargs touch'));
    bench.counterpart.offer(order);
    await bench.start();

    const ended = await bench.counterpart.hears('CompleteSession', order);

    expect(ended).toMatchObject({ status: 'failed', errorType: 'too_many_artifacts' });
    expect(ended).toHaveProperty('artifacts.length', 1_000);
  });
});

describeWithBubblewrap('a paused session', () => {
  it('is held again when it was resumed and paused again between two renewals', async () => {
    const order = orderOf(endless);
    bench.counterpart.offer(order);
    await bench.start();
    await bench.counterpart.hears('CreateWorkspace', order);
    ask(order, 'pause', 2);
    await bench.counterpart.hears('HoldPhase', order);

    ask(order, 'pause', 4);
    await bench.counterpart.hears('HoldPhase', order, 2);
    ask(order, 'cancel', 5);
    await expect(bench.counterpart.hears('CompleteSession', order)).resolves.toMatchObject({ status: 'cancelled' });
  });

  it('stands still, though its first pause is refused after it was paused a second time', async () => {
    const order = orderOf(endless);
    const holds = new Set<string>();
    bench.counterpart.offer(order);
    await bench.start();
    await bench.counterpart.hears('CreateWorkspace', order);
    let refusals = 0;
    bench.counterpart.answers.set('HoldPhase', (_, commandId) => {
      const isFirst = holds.add(commandId).values().next().value === commandId;
      if (!isFirst) return { position: 1, version: 1 };
      if (holds.size < 2) return undefined;
      refusals++;
      return refusal;
    });

    ask(order, 'pause', 2);
    await bench.counterpart.hears('HoldPhase', order);
    ask(order, 'pause', 4);
    await bench.counterpart.hears('HoldPhase', order, 2);
    await eventually(() => refusals > 0);
    bench.wake({ sessionId: orderOf(endless).sessionId, waiting: { provider: 'command' } });
    await expect(bench.counterpart.hears('ParkPhase', order)).resolves.toMatchObject({ why: 'slot_needed' });
  });

  it('is parked when other work waits for its slot, and goes on in its directory though its lease ends meanwhile', async () => {
    const first = orderOf(
      shell('test -e once && exec echo again; touch once; while :; do echo tick; sleep 0.02; done'),
    );
    const waiting = orderOf(shell('echo other'));
    bench.counterpart.offer(first);
    await bench.start();
    await bench.counterpart.hears('CreateWorkspace', first);
    const hint = { sessionId: waiting.sessionId, waiting: { provider: 'command' } };
    bench.wake(hint);
    ask(first, 'pause', 2);
    await bench.counterpart.hears('HoldPhase', first);

    bench.counterpart.answers.set('ReleaseWork', () => ({ held: false }));
    bench.counterpart.answers.set('ParkPhase', () => {
      bench.counterpart.lost.add(first.sessionId);
      bench.counterpart.offer(waiting, { ...first, leg: 2, token: 2 });
      return { position: 1, version: 1 };
    });
    await eventually(() => {
      bench.wake(hint);
      return bench.counterpart.saidOf('ParkPhase', first).length > 0;
    });
    bench.counterpart.lost.clear();
    bench.counterpart.wishes.clear();
    expect(bench.counterpart.saidOf('ParkPhase', first)).toMatchObject([{ why: 'slot_needed' }]);
    await bench.counterpart.hears('CompleteSession', waiting);
    await expect(bench.counterpart.hears('CompleteSession', first)).resolves.toMatchObject({ status: 'completed' });
    expect(bench.counterpart.linesOf(first).at(-1)).toBe('again');
  });

  it('is not parked for work that this runner cannot do, nor while it has a free slot', async () => {
    const order = orderOf(endless);
    bench.counterpart.offer(order);
    await bench.start({ slots: 2 });
    await bench.counterpart.hears('CreateWorkspace', order);
    ask(order, 'pause', 2);
    await bench.counterpart.hears('HoldPhase', order);

    const other = orderOf(endless);
    bench.wake({ sessionId: other.sessionId, waiting: { provider: 'command' } });
    bench.counterpart.offer(other);
    await bench.counterpart.hears('CreateWorkspace', other);
    bench.wake({ sessionId: orderOf(endless).sessionId, waiting: { provider: 'claude' } });
    ask(order, 'run', 3);
    ask(other, 'cancel', 3);
    await bench.counterpart.hears('CompleteSession', other);
    ask(order, 'cancel', 4);
    await bench.counterpart.hears('CompleteSession', order);
    expect(bench.counterpart.saidOf('ParkPhase', order)).toEqual([]);
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
    bench.counterpart.offer(order);
    await bench.start();
    await eventually(isCloning);

    ask(order, 'cancel', 2);
    await expect(bench.counterpart.hears('CompleteSession', order)).resolves.toMatchObject({ status: 'cancelled' });
    await eventually(() => !isCloning());
  });

  it('is interrupted when the runner leaves', async () => {
    const { order, isCloning } = hanging('hangs-too.git');
    bench.counterpart.offer(order);
    const { stop, ended } = await bench.start();
    await eventually(isCloning);

    stop.abort();
    await ended;
    expect(bench.counterpart.saidOf('InterruptPhase', order)).toMatchObject([{ why: 'shutdown' }]);
  }, 30_000);
});

describeWithBubblewrap('a session that has ended', () => {
  it('leaves no open file behind', async () => {
    const openSpools = () =>
      execFileSync('sh', ['-c', `ls -l /proc/${process.pid}/fd`], { encoding: 'utf8' })
        .split('\n')
        .filter((line) => line.includes('spool.jsonl') || line.includes('committed'));
    const order = orderOf(shell('echo done'));
    bench.counterpart.offer(order);
    await bench.start();
    await bench.counterpart.hears('ReleaseWork', order);

    await eventually(() => openSpools().length === 0);
  });

  it('is stored by the next life of a runner that was killed, under the lease it was held under', async () => {
    const order = orderOf(endless, { token: 7 });
    const home = 'killed';
    const { directory: left } = await new SessionDirectories(join(directory.path, home, 'sessions')).open(order);
    const spool = Spool.open(left);
    for (const text of ['stored', 'not yet stored']) {
      spool.append({ leg: 1, at: new Date().toISOString(), stream: 'stdout', text });
    }
    spool.committed(1);
    spool.close();
    bench.counterpart.discarded.add(order.sessionId);
    await bench.start({ home });

    await eventually(() => readdirSync(join(directory.path, home, 'sessions')).length === 0);
    expect(bench.counterpart.linesOf(order)).toEqual(['not yet stored']);
    expect(bench.counterpart.stored.map(({ lease }) => lease.token)).toEqual([7, 7]);
  });

  it('is cleared away only when its own end is over, though nobody wants it any more', async () => {
    const order = orderOf(shell('echo done'));
    const { counterpart } = bench;
    const named = (what: 'leases' | 'parked', { data }: (typeof counterpart.said)[number]) =>
      JSON.stringify(data[what]).includes(order.sessionId);
    counterpart.answers.set('CompleteSession', () => undefined);
    counterpart.offer(order);
    await bench.start({ home: 'ends' });
    await counterpart.hears('CompleteSession', order);
    const before = counterpart.said.length;
    counterpart.lost.add(order.sessionId);
    counterpart.discarded.add(order.sessionId);

    const afterLoss = await eventually(() => {
      bench.wake();
      const renewals = counterpart.said.slice(before).filter(({ type }) => type === 'RenewWork');
      return renewals.find((renewal) => !named('leases', renewal)) ?? false;
    });

    expect(named('parked', afterLoss)).toBe(false);
    await eventually(() => readdirSync(join(directory.path, 'ends', 'sessions')).length === 0, { within: 20_000 });
  }, 30_000);

  it('is stored to its last line after its lease was lost, and only then cleared away', async () => {
    const order = orderOf(endless);
    const home = 'loses';
    bench.counterpart.offer(order);
    await bench.start({ home });
    await eventually(() => bench.counterpart.linesOf(order).length > 3);
    bench.counterpart.isStoring = false;
    const stored = bench.counterpart.linesOf(order).length;
    const spool = join(directory.path, home, 'sessions', order.sessionId, 'spool.jsonl');
    await eventually(() => readFileSync(spool, 'utf8').split('\n').length > stored + 3);
    bench.counterpart.lost.add(order.sessionId);
    bench.wake();

    const kept = () => readdirSync(join(directory.path, home, 'sessions'));
    bench.counterpart.discarded.add(order.sessionId);
    await eventually(() =>
      bench.counterpart.said.some(
        ({ type, data }) => type === 'RenewWork' && (data['parked'] as string[]).includes(order.sessionId),
      ),
    );
    expect(kept()).toEqual([order.sessionId]);

    bench.counterpart.isStoring = true;
    await eventually(() => kept().length === 0, { within: 20_000 });
    expect(bench.counterpart.linesOf(order).length).toBeGreaterThan(stored);
    const last = bench.counterpart.stored.at(-1)?.events.at(-1);
    expect(last).toMatchObject({ type: 'leg_ended', data: { leg: 1, ended: 'killed' } });
  }, 30_000);
});
