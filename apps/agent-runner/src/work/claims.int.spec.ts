import { eventually } from '@syntropic/testing';
import { orderOf, shell, useRunner } from '../../test/runner.fixture';
import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';
import { POLL_MS } from './claims';

const directory = useDirectory();
const runner = useRunner(directory);

const sent = (type: string) => runner.platform.received.filter((one) => one.type === type).map(({ data }) => data);

describeWithBubblewrap('the claims of a runner', () => {
  it('are numbered above those of its earlier lives, and settled by its renewals once their work is held', async () => {
    const order = orderOf(shell('while :; do sleep 0.02; done'));
    runner.platform.offer(order);
    const leases = { leases: [{ sessionId: order.sessionId, held: true, control: 'run', asOf: 1 }], discard: [] };
    runner.platform.answers.set('RenewWork', (data) =>
      Array.isArray(data['leases']) && data['leases'].length > 0
        ? { ...leases, claims: 18 }
        : { leases: [], discard: [], claims: 17 },
    );
    await runner.start();
    await runner.platform.receives('CreateWorkspace', order);
    runner.wake();
    const settled = await eventually(() => sent('RenewWork').find(({ claims }) => claims === 18) ?? false);

    expect(sent('ClaimWork').map(({ number }) => number)).toEqual([18]);
    expect(sent('RenewWork')[0]).not.toHaveProperty('claims');
    expect(settled['leases']).toEqual([{ sessionId: order.sessionId, token: 1 }]);
  });

  it('ask once for each hint, and not again after each session', async () => {
    const orders = Array.from({ length: 12 }, () => orderOf(shell('true')));
    await runner.start();
    await eventually(() => sent('ClaimWork').length > 0);
    const since = performance.now();
    for (const order of orders) {
      runner.platform.offer(order);
      runner.wake();
      await runner.platform.receives('ReleaseWork', order);
    }
    const seldom = 1 + Math.ceil((performance.now() - since) / POLL_MS);

    expect(sent('ClaimWork').length).toBeLessThanOrEqual(1 + orders.length + 2 * seldom);
  });

  it('ask at the end of a session for the work that a hint had no place for', async () => {
    const [first, second, third] = [orderOf(shell('read line')), orderOf(shell('true')), orderOf(shell('true'))];
    await runner.start();
    runner.platform.offer(first, second, third);
    await eventually(() => sent('ClaimWork').length > 0);
    runner.wake();

    for (const order of [first, second, third]) await runner.platform.receives('ReleaseWork', order);
  });

  it('wait until a renewal was answered', async () => {
    runner.platform.answers.set('RenewWork', () => undefined);
    await runner.start();
    await eventually(() => sent('RenewWork').length > 0);
    expect(sent('ClaimWork')).toEqual([]);

    runner.platform.answers.delete('RenewWork');
    await eventually(() => sent('ClaimWork').length > 0);
  });
});
