import { eventually } from '@syntropic/testing';
import fc from 'fast-check';
import { setTimeout as wait } from 'node:timers/promises';
import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';
import { command, listen, simulated, toTheEnd, useSessions } from '../../test/session.fixture';
import { SimulatedProvider } from '../providers';
import { SandboxBackend } from '../workspaces';

/** Long enough for a running agent to print many lines. */
const A_WHILE_MS = 40;

describeWithBubblewrap('a pause', () => {
  const start = useSessions(new SandboxBackend(), useDirectory());
  /** Counts in bursts, so that there are always lines in the pipe. */
  const counting = (bursts: number) =>
    command(
      'sh',
      '-c',
      `n=0; for burst in $(seq ${bursts}); do for i in $(seq 100); do n=$((n+1)); echo $n; done; sleep 0.005; done`,
    );

  it('at any moment holds back every line and loses none, for a program with opaque output', async () => {
    const moments = fc.array(fc.nat(30), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(moments, async (delays) => {
        const run = await start({ agent: counting(25) });
        const { lines, drained } = listen(run);
        for (const delayMs of delays) {
          await wait(delayMs);
          const yieldPoint = await run.requestPause();
          const before = run.spool.last;
          await wait(yieldPoint ? A_WHILE_MS : 0);
          if (yieldPoint) expect([yieldPoint, run.spool.last]).toEqual(['between_lines', before]);
          await run.resume();
        }
        await expect(run.finished).resolves.toMatchObject({ outcome: 'completed' });
        await drained;
        expect(lines.map(({ text }) => text)).toEqual(Array.from({ length: 2_500 }, (_, n) => String(n + 1)));
      }),
      { numRuns: 12, endOnFailure: true },
    );
  });

  it('begins when no tool runs and no answer is incomplete, for an agent whose output shows it', async () => {
    const agent = simulated({ turns: 6, toolsPerTurn: 2, delayMs: 3 });
    const moments = fc.array(fc.nat(25), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(moments, async (delays) => {
        const run = await start({ agent, provider: new SimulatedProvider() });
        const { lines, drained } = listen(run);
        for (const delayMs of delays) {
          await wait(delayMs);
          const yieldPoint = await run.requestPause();
          const before = run.spool.last;
          await wait(yieldPoint ? A_WHILE_MS : 0);
          if (yieldPoint) {
            expect(run.spool.last).toBe(before);
            await eventually(() => lines.length === before);
            expect(lines.filter(({ text }) => text.includes('"tool_use"')).length).toBe(
              lines.filter(({ text }) => text.includes('"tool_result"')).length,
            );
          }
          await run.resume();
        }
        await run.finished;
        await drained;
        const types = lines.map(({ text }) => (JSON.parse(text) as { type: string }).type);
        const turn = ['assistant', 'assistant', 'user', 'assistant', 'user'];
        expect(types).toEqual(['system', ...Array.from({ length: 6 }, () => turn).flat(), 'result']);
      }),
      { numRuns: 8, endOnFailure: true },
    );
  });

  it('does not count against the timeout of the phase', async () => {
    // The timeout is long enough for the agent itself on a busy machine.
    const run = await start({ agent: counting(1), timeoutMs: 10_000 });
    await run.requestPause();
    await wait(10_200);
    await run.resume();

    await expect(run.finished).resolves.toMatchObject({ outcome: 'completed' });
  });

  it('is withdrawn when the agent ends or is resumed first', async () => {
    const toolless = {
      agent: simulated({ turns: 1, toolsPerTurn: 1, delayMs: 300 }),
      provider: new SimulatedProvider(),
    };
    const resumed = await start(toolless);
    const forgotten = resumed.requestPause();
    await resumed.resume();
    const cancelled = await start(toolless);
    const cut = cancelled.requestPause();
    cancelled.cancel();

    await expect(Promise.all([forgotten, cut])).resolves.toEqual([undefined, undefined]);
    await expect(toTheEnd(resumed)).resolves.toMatchObject({ finished: { outcome: 'completed' } });
    await expect(cancelled.finished).resolves.toMatchObject({ outcome: 'cancelled' });
  });

  it('ends with a cancellation, whose signal reaches the frozen agent', async () => {
    const run = await start({ agent: counting(100_000) });
    await eventually(() => run.spool.last > 0);
    await run.requestPause();

    run.cancel();

    await expect(run.finished).resolves.toMatchObject({ outcome: 'cancelled', legEnd: 'INT' });
  });

  it('delays the end of an agent that has exited, until it is resumed', async () => {
    const run = await start({ agent: command('true') });
    const yieldPoint = await run.requestPause();
    let finished = false;
    void run.finished.then(() => (finished = true));
    await wait(A_WHILE_MS);
    const finishedBefore = finished;
    await run.resume();

    await expect(run.finished).resolves.toMatchObject({ outcome: 'completed' });
    expect(yieldPoint).toBe('between_lines');
    expect(finishedBefore).toBe(false);
    await expect(run.requestPause()).resolves.toBeUndefined();
  });

  it('of an agent that has exited can be cancelled too', async () => {
    const run = await start({ agent: command('true') });
    await run.requestPause();
    run.cancel();

    await expect(run.finished).resolves.toMatchObject({ outcome: 'cancelled' });
  });

  it('lasts until the lease is confirmed and the agent is resumed', async () => {
    const run = await start({ agent: counting(30) });
    await run.requestPause();
    await run.suspend();
    await run.resume();
    const before = run.spool.last;
    await wait(A_WHILE_MS);
    const suspended = run.spool.last;
    await run.unsuspend();

    await expect(run.finished).resolves.toMatchObject({ outcome: 'completed' });
    expect([suspended, run.spool.last]).toEqual([before, 3_000]);
  });
});
