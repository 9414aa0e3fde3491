import { randomUUID } from 'node:crypto';
import { able, WorkDesk } from './testing/work-desk';
import type { RenewedLease } from './work-queue';

const desk = new WorkDesk();

describe('renewing', () => {
  const heldBy = (leases: readonly RenewedLease[]) => leases.map(({ held }) => held);

  it('answers each lease, and what is asked of its session', async () => {
    await desk.queued();
    const held = await desk.claimed('r1');
    await desk.queue.setControl(held.executionId, 'pause', 2);

    await expect(desk.renewed('r1', held, { sessionId: held.sessionId, token: 7 })).resolves.toEqual([
      { sessionId: held.sessionId, held: true, control: 'pause', asOf: 2 },
      { sessionId: held.sessionId, held: false },
    ]);
  });

  it('is accepted after expiry while nobody has taken the work', async () => {
    await desk.queued();
    const held = await desk.claimed('r1');
    await desk.termsEnd();

    expect(heldBy(await desk.renewed('r1', held))).toEqual([true]);
    const { rows } = await desk.pool.query('select from ops.work where expires_at > clock_timestamp()');
    expect(rows).toHaveLength(1);
  });

  it('is refused to whoever does not hold the lease', async () => {
    await desk.queued();
    const held = await desk.claimed('r1');

    expect(heldBy(await desk.renewed('r2', held))).toEqual([false]);
    await desk.queue.release(held, 'closed');
    expect(heldBy(await desk.renewed('r1', held))).toEqual([false]);
  });

  it('names the parked sessions that nobody will go on with', async () => {
    const wanted = await desk.queued();
    await desk.queue.release(await desk.claimed('r1'), 'parked');
    const ended = await desk.queued({ executionId: 'exec-000000000002' });
    await desk.queue.release(await desk.claimed('r1'), 'parked');
    await desk.queue.closeExecution(ended.executionId, 2);
    const unheardOf = randomUUID();

    const { discard } = await desk.queue.renew({
      ...able('r1'),
      slots: 2,
      leases: [],
      parked: [wanted.sessionId, ended.sessionId, unheardOf],
    });

    expect([...discard].sort()).toEqual([ended.sessionId, unheardOf].sort());
  });
});

describe('controlling an execution', () => {
  it('reaches all its sessions and wakes each runner that holds some, once', async () => {
    await desk.queued();
    await desk.queued();
    await desk.claimed('r1');
    await desk.claimed('r1');
    await desk.queued();
    await desk.queued({ executionId: 'exec-000000000002' });

    const affected = await desk.queue.setControl('exec-000000000001', 'cancel', 2);

    expect(affected.map(({ state }) => state).sort()).toEqual(['leased', 'leased', 'queued']);
    expect(desk.woken).toEqual(['r1']);
    await expect(desk.pool.query(`select from ops.work where control = 'cancel'`)).resolves.toMatchObject({
      rowCount: 3,
    });
  });

  it.each(['pause', 'cancel'] as const)(
    'keeps queued work from runners after a %s, until it may run',
    async (asked) => {
      const { sessionId, executionId } = await desk.queued();
      await desk.queue.setControl(executionId, asked, 2);
      await expect(desk.queue.claim(able('r1'))).resolves.toBeUndefined();

      await desk.queue.setControl(executionId, 'run', 3);
      expect(desk.hinted).toEqual([sessionId, sessionId]);
      await expect(desk.claimed('r1')).resolves.toMatchObject({ sessionId });
    },
  );

  it('does not listen to a messenger who comes late', async () => {
    await desk.queued({}, 1);
    await desk.queue.setControl('exec-000000000001', 'run', 3);
    await desk.queue.setControl('exec-000000000001', 'pause', 2);

    await expect(desk.claimed('r1')).resolves.toMatchObject({ control: 'run' });
  });

  it('begins a new leg with a clean slate', async () => {
    const work = await desk.queued();
    await desk.queue.setControl(work.executionId, 'pause', 2);
    await desk.queue.enqueue({ ...work, leg: 2 }, 3);

    await expect(desk.claimed('r1')).resolves.toMatchObject({ leg: 2, control: 'run' });
  });
});

describe('closing an execution', () => {
  it('takes its work from whoever holds or awaits it, and wakes the holder', async () => {
    await desk.queued();
    const held = await desk.claimed('r1');
    await desk.queued();
    await desk.queue.closeExecution(held.executionId, 2);

    expect(desk.woken).toEqual(['r1']);
    await expect(desk.fenceHolds(held)).resolves.toBe(false);
    await expect(desk.queue.claim(able('r2'))).resolves.toBeUndefined();
  });

  it('spares what was queued after the ending it was told of', async () => {
    const later = await desk.queued({}, 9);
    await desk.queue.closeExecution(later.executionId, 8);

    await expect(desk.rowOf(later)).resolves.toMatchObject({ state: 'queued' });
  });
});

describe('what runners offer', () => {
  it('counts while they have been heard of lately', async () => {
    await expect(desk.queue.offers()).resolves.toEqual([]);
    await desk.renewed('r1');
    await desk.renewed('r2');
    await expect(desk.queue.offers()).resolves.toEqual([{ backends: ['sandbox'], providers: ['command'] }]);

    await desk.owner.query(`update ops.runners set seen_at = seen_at - interval '5 minutes'`);
    await expect(desk.queue.offers()).resolves.toEqual([]);
  });

  it('is the newest they have said, and nothing without a slot', async () => {
    await desk.renewed('r1');
    await desk.queue.renew({ runner: 'r1', backends: ['process'], providers: ['claude'], slots: 1, leases: [] });
    await desk.queue.renew({ runner: 'r2', backends: ['sandbox'], providers: ['claude'], slots: 0, leases: [] });

    await expect(desk.queue.offers()).resolves.toEqual([{ backends: ['process'], providers: ['claude'] }]);
  });
});
