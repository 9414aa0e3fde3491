import { randomUUID } from 'node:crypto';
import { capabilitiesOf, WorkFixture } from './testing/work-fixture';
import type { RenewedLease } from './renewals';

const fixture = new WorkFixture();

describe('renewing', () => {
  const heldBy = (leases: readonly RenewedLease[]) => leases.map(({ held }) => held);

  it('returns each lease with the control of its session', async () => {
    await fixture.queued();
    const held = await fixture.claimed('r1');
    await fixture.queue.setControl(held.executionId, 'pause', 2);

    await expect(fixture.renewed('r1', held, { sessionId: held.sessionId, token: 7 })).resolves.toEqual([
      { sessionId: held.sessionId, held: true, control: 'pause', asOf: 2 },
      { sessionId: held.sessionId, held: false },
    ]);
  });

  it('is accepted after expiry while no runner has taken the work', async () => {
    await fixture.queued();
    const held = await fixture.claimed('r1');
    await fixture.endTerms();

    expect(heldBy(await fixture.renewed('r1', held))).toEqual([true]);
    const { rows } = await fixture.pool.query('select from ops.work where expires_at > clock_timestamp()');
    expect(rows).toHaveLength(1);
  });

  it('is refused to a runner that does not hold the lease', async () => {
    await fixture.queued();
    const held = await fixture.claimed('r1');

    expect(heldBy(await fixture.renewed('r2', held))).toEqual([false]);
    await fixture.queue.release(held, 'closed');
    expect(heldBy(await fixture.renewed('r1', held))).toEqual([false]);
  });

  it('names the parked sessions that will not be resumed', async () => {
    const wanted = await fixture.queued();
    await fixture.queue.release(await fixture.claimed('r1'), 'parked');
    const ended = await fixture.queued({ executionId: 'exec-000000000002' });
    await fixture.queue.release(await fixture.claimed('r1'), 'parked');
    await fixture.queue.closeExecution(ended.executionId, 2);
    const unknown = randomUUID();

    const { discard } = await fixture.queue.renew({
      ...capabilitiesOf('r1'),
      slots: 2,
      leases: [],
      parked: [wanted.sessionId, ended.sessionId, unknown],
    });

    expect([...discard].sort()).toEqual([ended.sessionId, unknown].sort());
  });
});

describe('controlling an execution', () => {
  it('reaches all its sessions and wakes each runner that holds some, once', async () => {
    await fixture.queued();
    await fixture.queued();
    await fixture.claimed('r1');
    await fixture.claimed('r1');
    await fixture.queued();
    await fixture.queued({ executionId: 'exec-000000000002' });

    const affected = await fixture.queue.setControl('exec-000000000001', 'cancel', 2);

    expect(affected.map(({ state }) => state).sort()).toEqual(['leased', 'leased', 'queued']);
    expect(fixture.woken).toEqual(['r1']);
    await expect(fixture.pool.query(`select from ops.work where control = 'cancel'`)).resolves.toMatchObject({
      rowCount: 3,
    });
  });

  it.each(['pause', 'cancel'] as const)(
    'keeps queued work from runners after a %s, until it may run',
    async (control) => {
      const { sessionId, executionId } = await fixture.queued();
      await fixture.queue.setControl(executionId, control, 2);
      await expect(fixture.queue.claim(capabilitiesOf('r1'))).resolves.toBeUndefined();

      await fixture.queue.setControl(executionId, 'run', 3);
      expect(fixture.hinted).toEqual([sessionId, sessionId]);
      await expect(fixture.claimed('r1')).resolves.toMatchObject({ sessionId });
    },
  );

  it('ignores a late request of an older event', async () => {
    await fixture.queued({}, 1);
    await fixture.queue.setControl('exec-000000000001', 'run', 3);
    await fixture.queue.setControl('exec-000000000001', 'pause', 2);

    await expect(fixture.claimed('r1')).resolves.toMatchObject({ control: 'run' });
  });

  it('is reset by a new leg', async () => {
    const work = await fixture.queued();
    await fixture.queue.setControl(work.executionId, 'pause', 2);
    await fixture.queue.enqueue({ ...work, leg: 2 }, 3);

    await expect(fixture.claimed('r1')).resolves.toMatchObject({ leg: 2, control: 'run' });
  });
});

describe('closing an execution', () => {
  it('ends its leased and queued work, and wakes the runner', async () => {
    await fixture.queued();
    const held = await fixture.claimed('r1');
    await fixture.queued();
    await fixture.queue.closeExecution(held.executionId, 2);

    expect(fixture.woken).toEqual(['r1']);
    await expect(fixture.fenceHolds(held)).resolves.toBe(false);
    await expect(fixture.queue.claim(capabilitiesOf('r2'))).resolves.toBeUndefined();
  });

  it('spares work that was queued after the end of the execution', async () => {
    const later = await fixture.queued({}, 9);
    await fixture.queue.closeExecution(later.executionId, 8);

    await expect(fixture.rowOf(later)).resolves.toMatchObject({ state: 'queued' });
  });
});

describe('capabilities of runners', () => {
  it('count while the runners were seen lately', async () => {
    await expect(fixture.queue.capabilities()).resolves.toEqual([]);
    await fixture.renewed('r1');
    await fixture.renewed('r2');
    await expect(fixture.queue.capabilities()).resolves.toEqual([
      { backends: ['sandbox'], providers: ['command'], secrets: [], workspaces: {} },
    ]);

    await fixture.owner.query(`update ops.runners set seen_at = seen_at - interval '5 minutes'`);
    await expect(fixture.queue.capabilities()).resolves.toEqual([]);
  });

  it('include the programs of agents that were found, or why not, also of a busy runner', async () => {
    const agents = { claude: { version: '2.1.332' }, codex: { missing: 'codex is not installed' } };
    const runner = { runner: 'r1', backends: ['sandbox'], providers: ['claude'], slots: 0, leases: [] };
    await fixture.queue.renew({ ...runner, agents });
    await expect(fixture.queue.foundAgents()).resolves.toEqual([agents]);

    await fixture.queue.renew(runner);
    await expect(fixture.queue.foundAgents()).resolves.toEqual([{}]);
  });

  it('include the limits that its workspaces can hold', async () => {
    const workspaces = { sandbox: { unheld: ['cpus'], most: { memory_mb: 4_000 } } };
    const runner = { runner: 'r1', backends: ['sandbox'], providers: ['claude'], slots: 1, leases: [] };
    await fixture.queue.renew({ ...runner, workspaces });
    await expect(fixture.queue.capabilities()).resolves.toMatchObject([{ workspaces }]);
  });

  it('are the newest of each runner, and none without a slot', async () => {
    await fixture.renewed('r1');
    await fixture.queue.renew({ runner: 'r1', backends: ['process'], providers: ['claude'], slots: 1, leases: [] });
    await fixture.queue.renew({ runner: 'r2', backends: ['sandbox'], providers: ['claude'], slots: 0, leases: [] });

    await expect(fixture.queue.capabilities()).resolves.toMatchObject([
      { backends: ['process'], providers: ['claude'], workspaces: {} },
    ]);
  });
});
