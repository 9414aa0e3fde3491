import { eventually } from '@syntropic/testing';
import { newWork, WorkFixture } from './testing/work-fixture';
import type { Work } from './work';
import { WorkQueue } from './work-queue';

const fixture = new WorkFixture();

describe('expiring leases', () => {
  it('spares leases whose term has not ended', async () => {
    const lease = await fixture.held();
    await fixture.serviceWas('1 hour', '1 s');
    await fixture.sweeper().expireLeases();

    await expect(fixture.isHeld(lease)).resolves.toBe(true);
  });

  it('raises the token, so that a runner that comes back is refused', async () => {
    const lease = await fixture.held();
    await fixture.endTerms();
    await fixture.serviceWas('16 s', '1 s');
    await fixture.sweeper().expireLeases();

    await expect(fixture.rowOf(lease)).resolves.toMatchObject({ state: 'lost', token: lease.token + 1 });
    await expect(fixture.isHeld(lease)).resolves.toBe(false);
    await expect(fixture.queue.release(lease, 'parked')).resolves.toBe(false);
  });

  it('waits for a full term of service', async () => {
    const lease = await fixture.held();
    await fixture.endTerms();
    await fixture.serviceWas('14 s', '1 s');
    await fixture.sweeper().expireLeases();

    await expect(fixture.isHeld(lease)).resolves.toBe(true);
  });

  it('starts the term of service anew after a break of the sweeper', async () => {
    const lease = await fixture.held();
    await fixture.endTerms();
    await fixture.serviceWas('1 hour', '6 s');
    await fixture.sweeper().expireLeases();
    await fixture.sweeper().expireLeases();

    await expect(fixture.isHeld(lease)).resolves.toBe(true);
  });

  it('starts the term of service anew while renewals cannot arrive', async () => {
    const lease = await fixture.held();
    await fixture.endTerms();
    await fixture.serviceWas('1 hour', '1 s');
    await fixture.sweeper({ inService: () => false }).expireLeases();
    await fixture.sweeper().expireLeases();

    await expect(fixture.isHeld(lease)).resolves.toBe(true);
  });

  it('happens once, also with several sweepers at once', async () => {
    const leases = await Promise.all(Array.from({ length: 8 }, (_, n) => fixture.held(`r${n}`)));
    await fixture.endTerms();
    await fixture.serviceWas('1 hour', '1 s');
    await Promise.all([1, 2, 3].map(() => fixture.sweeper().expireLeases()));

    const rows = await Promise.all(leases.map((lease) => fixture.rowOf(lease)));
    expect(rows.map((row) => row?.state)).toEqual(leases.map(() => 'lost'));
    expect(rows.map((row) => row?.token)).toEqual(leases.map(({ token }) => token + 1));
  });
});

it('the sweeper runs until the signal', async () => {
  const leaseMs = 300;
  const lease = await fixture.held(
    'r1',
    new WorkQueue(fixture.pool, { hint: () => undefined, wake: () => undefined }, leaseMs),
  );
  const stop = new AbortController();
  const running = fixture.sweeper({ leaseMs }).run(stop.signal);

  await eventually(async () => (await fixture.rowOf(lease))?.state === 'closed').finally(() => {
    stop.abort();
  });
  await running;
});

describe('deleting', () => {
  const processesAreAt = (position: number) =>
    fixture.owner.query('update ops.processes set position = $1', [position]);
  beforeEach(() => processesAreAt(2));

  const closed = async (): Promise<Work> => {
    const work = await fixture.held();
    await fixture.queue.release(work, 'closed');
    return work;
  };

  it('removes work that was closed a week ago, and nothing younger', async () => {
    const old = await closed();
    await fixture.ages('closed_at', '8 days');
    const young = await closed();
    await fixture.sweeper().forget();

    await expect(fixture.rowOf(old)).resolves.toBeUndefined();
    await expect(fixture.rowOf(young)).resolves.toMatchObject({ state: 'closed' });
  });

  it('removes work whose execution was closed, leased or not', async () => {
    const { executionId } = await fixture.held();
    await fixture.queued();
    await fixture.queue.closeExecution(executionId, 2);
    await fixture.ages('closed_at', '8 days');
    await fixture.sweeper().forget();

    await expect(fixture.pool.query('select from ops.work')).resolves.toMatchObject({ rowCount: 0 });
  });

  it('keeps lost work with a workspace: its next leg continues with a higher token', async () => {
    const lease = await fixture.held();
    await fixture.endTerms();
    await fixture.serviceWas('1 hour', '1 s');
    await fixture.sweeper().expireLeases();
    await fixture.sweeper().reportLost();
    await fixture.ages('closed_at', '8 days');
    await fixture.sweeper().forget();
    await fixture.queue.enqueue({ ...newWork(), sessionId: lease.sessionId, leg: 2 }, 2);

    expect((await fixture.claimed('r2')).token).toBeGreaterThan(lease.token + 1);
  });

  it('keeps work that a process may queue again, because it has fallen behind', async () => {
    const work = await closed();
    await fixture.ages('closed_at', '8 days');
    await processesAreAt(0);
    await fixture.sweeper().forget();
    await expect(fixture.rowOf(work)).resolves.toMatchObject({ state: 'closed' });

    await processesAreAt(1);
    await fixture.sweeper().forget();
    await expect(fixture.rowOf(work)).resolves.toBeUndefined();
  });

  it('removes runners that were not seen for a day', async () => {
    await fixture.renewed('gone');
    await fixture.owner.query(`update ops.runners set seen_at = seen_at - interval '25 hours'`);
    await fixture.renewed('here');
    await fixture.sweeper().forget();

    const { rows } = await fixture.pool.query('select runner_id from ops.runners');
    expect(rows).toEqual([{ runner_id: 'here' }]);
  });
});
