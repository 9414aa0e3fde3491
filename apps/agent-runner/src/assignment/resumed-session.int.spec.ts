import type { WorkOrder } from '@syntropic/orchestration/contracts';
import { eventually } from '@syntropic/testing';
import { orderOf, shell, useRunner } from '../../test/runner.fixture';
import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';

const directory = useDirectory();
const runner = useRunner(directory);

const endless = shell('while :; do echo tick; sleep 0.02; done');
const refusal = { code: 'execution.pause_not_requested', refusal: 'conflict', message: 'no pause is requested' };

const request = (order: WorkOrder, control: 'run' | 'pause' | 'cancel', asOf: number) => {
  runner.platform.request(order, control, asOf);
  runner.wake();
};

describeWithBubblewrap('a resumed session', () => {
  it('reports that it runs again, once for each hold', async () => {
    const order = orderOf(endless);
    runner.platform.offer(order);
    await runner.start();
    await runner.platform.receives('CreateWorkspace', order);
    for (const [index, asOf] of [2, 4].entries()) {
      request(order, 'pause', asOf);
      await runner.platform.receives('HoldPhase', order, index + 1);
      const lines = runner.platform.linesOf(order).length;
      request(order, 'run', asOf + 1);
      await runner.platform.receives('ResumePhase', order, index + 1);
      await eventually(() => runner.platform.linesOf(order).length > lines);
    }
    request(order, 'cancel', 6);
    await runner.platform.receives('CompleteSession', order);
    expect(runner.platform.commandsOf('ResumePhase', order)).toHaveLength(2);
  });

  it('whose hold was refused runs again without a report', async () => {
    const order = orderOf(endless);
    runner.platform.offer(order);
    runner.platform.answers.set('HoldPhase', () => refusal);
    await runner.start();
    await runner.platform.receives('CreateWorkspace', order);
    request(order, 'pause', 2);
    await runner.platform.receives('HoldPhase', order);
    request(order, 'cancel', 3);
    await runner.platform.receives('CompleteSession', order);
    expect(runner.platform.commandsOf('ResumePhase', order)).toEqual([]);
  });
});
