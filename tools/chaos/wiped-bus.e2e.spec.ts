import { usePlatform, shell, workflow } from '@syntropic/e2e';
import { eventually } from '@syntropic/testing';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { booksOf, expectDenseLog, expectNothingLostOrDoubled } from './audit';
import { completes, job } from './job';
import { killServer, outage } from './outage';
import { useStore } from './store';
import { Witness } from './witness';

const platform = usePlatform({ environment: () => ({ RUNNER_SLOTS: '2' }) });
const store = useStore(platform);

/** All that the bus knows is gone at once; the stack brings an empty one back. */
const wipeBus = (): Promise<void> =>
  killServer(platform, 'nats', () => {
    rmSync(join(platform.dataDirectory, 'nats'), { recursive: true });
  });

const isFirstPhase = async (id: string, status: string): Promise<boolean> =>
  (await platform.execution(id)).phases[0]?.status === status;

describe('a bus that loses everything', () => {
  beforeAll(async () => {
    await platform.createWorkflow(job('on-the-bus'));
    await platform.createWorkflow(job('slow-on-the-bus', 400));
  });

  it('interrupts nobody that runs, and loses nothing of what they say', async () => {
    const id = await platform.execute('on-the-bus');
    const witness = new Witness(platform, id);
    await witness.sees('tool_execution_completed');

    await wipeBus();
    expect(await completes(platform, id)).toBe(0);
    expectNothingLostOrDoubled(await booksOf(store(), id), await witness.testimony());
  });

  it('interrupts nobody while it does not answer, for longer than a lease', async () => {
    const { pid = 0 } = platform.server('nats');
    const id = await platform.execute('slow-on-the-bus');
    const witness = new Witness(platform, id);
    await witness.sees('tool_execution_completed');

    process.kill(pid, 'SIGSTOP');
    await outage();
    process.kill(pid, 'SIGCONT');
    expect(await completes(platform, id)).toBe(0);
    expectNothingLostOrDoubled(await booksOf(store(), id), await witness.testimony());
  });

  it('forgets no work that waits for a slot', async () => {
    const busy = await Promise.all([platform.execute('slow-on-the-bus'), platform.execute('slow-on-the-bus')]);
    await eventually(async () => (await Promise.all(busy.map((id) => isFirstPhase(id, 'running')))).every(Boolean));
    const waiting = await platform.execute('on-the-bus');
    expect(await isFirstPhase(waiting, 'queued')).toBe(true);

    await wipeBus();
    const interruptions = await Promise.all([...busy, waiting].map((id) => completes(platform, id)));
    expect(interruptions).toEqual([0, 0, 0]);
  });

  it('forgets no work that waits for a runner', async () => {
    const { pid } = platform.service('agent-runner');
    process.kill(pid, 'SIGSTOP');
    const waiting = await platform.execute('on-the-bus');
    await wipeBus();
    process.kill(pid, 'SIGCONT');

    expect(await completes(platform, waiting)).toBe(0);
  });

  it('costs a quiet system nothing: the next command and what follows from it go their way', async () => {
    await platform.createWorkflow(workflow('after-the-wipe', shell('echo done')));
    await wipeBus();
    const id = await platform.execute('after-the-wipe');

    expect(await completes(platform, id)).toBe(0);
    await expectDenseLog(store());
  });
});
