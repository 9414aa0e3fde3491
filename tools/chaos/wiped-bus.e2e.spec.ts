import { usePlatform, shell, workflow } from '@syntropic/e2e';
import { eventually } from '@syntropic/testing';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ClientObserver } from './client-observer';
import { expectDenseLog, expectNothingLostOrDuplicated, storedExecution } from './consistency-checks';
import { killServer, outage } from './outage';
import { useStore } from './store';
import { completeWithRetries, twoPhaseWorkflow } from './two-phase-workflow';

const platform = usePlatform({ environment: () => ({ RUNNER_SLOTS: '2' }) });
const store = useStore(platform);

/** Kills NATS and removes its data; the stack starts it again empty. */
const wipeBus = (): Promise<void> =>
  killServer(platform, 'nats', () => {
    rmSync(join(platform.dataDirectory, 'nats'), { recursive: true });
  });

const isFirstPhase = async (id: string, status: string): Promise<boolean> =>
  (await platform.execution(id)).phases[0]?.status === status;

describe('a bus that loses everything', () => {
  beforeAll(async () => {
    await platform.createWorkflow(twoPhaseWorkflow('on-the-bus'));
    await platform.createWorkflow(twoPhaseWorkflow('slow-on-the-bus', 400));
  });

  it('interrupts no running execution and loses none of its telemetry', async () => {
    const id = await platform.execute('on-the-bus');
    const client = new ClientObserver(platform, id);
    await client.waitFor('tool_execution_completed');

    await wipeBus();
    expect(await completeWithRetries(platform, id)).toBe(0);
    expectNothingLostOrDuplicated(await storedExecution(store(), id), await client.observed());
  });

  it('interrupts no execution while it does not answer for longer than a lease', async () => {
    const { pid = 0 } = platform.server('nats');
    const id = await platform.execute('slow-on-the-bus');
    const client = new ClientObserver(platform, id);
    await client.waitFor('tool_execution_completed');

    process.kill(pid, 'SIGSTOP');
    await outage();
    process.kill(pid, 'SIGCONT');
    expect(await completeWithRetries(platform, id)).toBe(0);
    expectNothingLostOrDuplicated(await storedExecution(store(), id), await client.observed());
  });

  it('loses no work that waits for a slot', async () => {
    const busy = await Promise.all([platform.execute('slow-on-the-bus'), platform.execute('slow-on-the-bus')]);
    await eventually(async () => (await Promise.all(busy.map((id) => isFirstPhase(id, 'running')))).every(Boolean));
    const waiting = await platform.execute('on-the-bus');
    expect(await isFirstPhase(waiting, 'queued')).toBe(true);

    await wipeBus();
    const interruptions = await Promise.all([...busy, waiting].map((id) => completeWithRetries(platform, id)));
    expect(interruptions).toEqual([0, 0, 0]);
  });

  it('loses no work that waits for a runner', async () => {
    const { pid } = platform.service('agent-runner');
    process.kill(pid, 'SIGSTOP');
    const waiting = await platform.execute('on-the-bus');
    await wipeBus();
    process.kill(pid, 'SIGCONT');

    expect(await completeWithRetries(platform, waiting)).toBe(0);
  });

  it('leaves an idle system able to run the next execution', async () => {
    await platform.createWorkflow(workflow('after-the-wipe', shell('echo done')));
    await wipeBus();
    const id = await platform.execute('after-the-wipe');

    expect(await completeWithRetries(platform, id)).toBe(0);
    await expectDenseLog(store());
  });
});
