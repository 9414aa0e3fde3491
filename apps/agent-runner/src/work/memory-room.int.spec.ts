import type { WorkOrder } from '@syntropic/orchestration/contracts';
import { eventually } from '@syntropic/testing';
import { orderOf, shell, useRunner } from '../../test/runner.fixture';
import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';
import { SandboxBackend } from '../workspaces';

const runner = useRunner(useDirectory());

const endless = shell('while :; do sleep 0.02; done');
const asking = (memoryMb: number) => orderOf({ ...endless, limits: { memoryMb } });

const sent = (type: string) => runner.platform.received.filter((one) => one.type === type);

async function cancel(order: WorkOrder, asOf: number): Promise<void> {
  runner.platform.request(order, 'cancel', asOf);
  runner.wake();
  await runner.platform.receives('ReleaseWork', order);
}

/** Renewals go on: whatever a runner would claim now, it has claimed. */
async function settled(): Promise<void> {
  const renewals = sent('RenewWork').length;
  await eventually(() => {
    runner.wake();
    return sent('RenewWork').length > renewals + 2;
  });
}

/** Workspaces with default limits may hold 2 GiB each. */
describeWithBubblewrap('a runner whose workspaces have 5 GiB of memory together', () => {
  let isHeld = false;
  beforeAll(async () => {
    isHeld = (await new SandboxBackend().memoryOf({})) > 0;
  });
  const start = () => runner.start({ slots: 16, environment: { RUNNER_MEMORY_MB: '5120' } });

  it('claims what fits, and the next when there is room', async () => {
    if (!isHeld) return;
    const [one, two, three] = [orderOf(endless), orderOf(endless), orderOf(endless)];
    runner.platform.offer(one, two, three);
    await start();
    for (const order of [one, two]) await runner.platform.receives('CreateWorkspace', order);
    await settled();
    expect(sent('ClaimWork')).toHaveLength(2);

    await cancel(one, 2);
    await runner.platform.receives('CreateWorkspace', three);
    for (const order of [two, three]) await cancel(order, 3);
  }, 30_000);

  it('lets a larger workspace wait for its room, and claims nothing else meanwhile', async () => {
    if (!isHeld) return;
    const [usual, large, next] = [orderOf(endless), asking(4_096), orderOf(endless)];
    runner.platform.offer(usual, large, next);
    await start();
    await runner.platform.receives('CreateWorkspace', usual);
    await runner.platform.receives('StartSession', large);
    await settled();
    expect(runner.platform.commandsOf('CreateWorkspace', large)).toEqual([]);
    expect(sent('ClaimWork')).toHaveLength(2);

    await cancel(usual, 2);
    await runner.platform.receives('CreateWorkspace', large);
    await cancel(large, 3);
    await runner.platform.receives('CreateWorkspace', next);
    await cancel(next, 4);
  }, 30_000);

  it('refuses a workspace that never fits, and says what there is', async () => {
    const order = asking(65_536);
    runner.platform.offer(order);
    await start();

    await expect(runner.platform.receives('CompleteSession', order)).resolves.toMatchObject({
      status: 'failed',
      errorType: 'workspace_failed',
      error: isHeld
        ? 'the workspace may hold 65536 MiB of memory, and those of this runner have 5120 MiB together'
        : (expect.any(String) as string),
    });
  });
});
