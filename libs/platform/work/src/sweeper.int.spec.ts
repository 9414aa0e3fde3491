import { eventually } from '@syntropic/testing';
import { newWork, WorkDesk } from './testing/work-desk';
import type { Work } from './work';
import { WorkQueue } from './work-queue';

const desk = new WorkDesk();

describe('expiring leases', () => {
  it('leaves those alone whose term has not ended', async () => {
    const lease = await desk.held();
    await desk.serviceWas('1 hour', '1 s');
    await desk.sweeper().expireLeases();

    await expect(desk.isHeld(lease)).resolves.toBe(true);
  });

  it('ends them under a higher token, so that whoever comes back is refused', async () => {
    const lease = await desk.held();
    await desk.termsEnd();
    await desk.serviceWas('16 s', '1 s');
    await desk.sweeper().expireLeases();

    await expect(desk.rowOf(lease)).resolves.toMatchObject({ state: 'lost', token: lease.token + 1 });
    await expect(desk.isHeld(lease)).resolves.toBe(false);
    await expect(desk.queue.release(lease, 'parked')).resolves.toBe(false);
  });

  it('waits for a full term of service', async () => {
    const lease = await desk.held();
    await desk.termsEnd();
    await desk.serviceWas('14 s', '1 s');
    await desk.sweeper().expireLeases();

    await expect(desk.isHeld(lease)).resolves.toBe(true);
  });

  it('begins the term of service anew after nobody has looked for a while', async () => {
    const lease = await desk.held();
    await desk.termsEnd();
    await desk.serviceWas('1 hour', '6 s');
    await desk.sweeper().expireLeases();
    await desk.sweeper().expireLeases();

    await expect(desk.isHeld(lease)).resolves.toBe(true);
  });

  it('begins the term of service anew while renewals could not have reached it', async () => {
    const lease = await desk.held();
    await desk.termsEnd();
    await desk.serviceWas('1 hour', '1 s');
    await desk.sweeper({ inService: () => false }).expireLeases();
    await desk.sweeper().expireLeases();

    await expect(desk.isHeld(lease)).resolves.toBe(true);
  });

  it('happens once, also when several sweep at once', async () => {
    const leases = await Promise.all(Array.from({ length: 8 }, (_, n) => desk.held(`r${n}`)));
    await desk.termsEnd();
    await desk.serviceWas('1 hour', '1 s');
    await Promise.all([1, 2, 3].map(() => desk.sweeper().expireLeases()));

    const rows = await Promise.all(leases.map((lease) => desk.rowOf(lease)));
    expect(rows.map((row) => row?.state)).toEqual(leases.map(() => 'lost'));
    expect(rows.map((row) => row?.token)).toEqual(leases.map(({ token }) => token + 1));
  });
});

it('runs by itself until it is told to stop', async () => {
  const leaseMs = 300;
  const lease = await desk.held(
    'r1',
    new WorkQueue(desk.pool, { hint: () => undefined, wake: () => undefined }, leaseMs),
  );
  const stop = new AbortController();
  const running = desk.sweeper({ leaseMs }).run(stop.signal);

  await eventually(async () => (await desk.rowOf(lease))?.state === 'closed').finally(() => {
    stop.abort();
  });
  await running;
});

describe('forgetting', () => {
  const processesAreAt = (position: number) => desk.owner.query('update ops.processes set position = $1', [position]);
  beforeEach(() => processesAreAt(2));

  const closed = async (): Promise<Work> => {
    const work = await desk.held();
    await desk.queue.release(work, 'closed');
    return work;
  };

  it('removes work that was closed a week ago, and nothing younger', async () => {
    const old = await closed();
    await desk.ages('closed_at', '8 days');
    const young = await closed();
    await desk.sweeper().forget();

    await expect(desk.rowOf(old)).resolves.toBeUndefined();
    await expect(desk.rowOf(young)).resolves.toMatchObject({ state: 'closed' });
  });

  it('removes work whose execution was closed, whoever had it', async () => {
    const { executionId } = await desk.held();
    await desk.queued();
    await desk.queue.closeExecution(executionId, 2);
    await desk.ages('closed_at', '8 days');
    await desk.sweeper().forget();

    await expect(desk.pool.query('select from ops.work')).resolves.toMatchObject({ rowCount: 0 });
  });

  it('keeps what was lost with a workspace: its next leg goes on under a higher token', async () => {
    const lease = await desk.held();
    await desk.termsEnd();
    await desk.serviceWas('1 hour', '1 s');
    await desk.sweeper().expireLeases();
    await desk.sweeper().reportLost();
    await desk.ages('closed_at', '8 days');
    await desk.sweeper().forget();
    await desk.queue.enqueue({ ...newWork(), sessionId: lease.sessionId, leg: 2 }, 2);

    await expect(desk.claimed('r2')).resolves.toMatchObject({ token: lease.token + 2 });
  });

  it('keeps what a process that has fallen behind may queue again', async () => {
    const work = await closed();
    await desk.ages('closed_at', '8 days');
    await processesAreAt(0);
    await desk.sweeper().forget();
    await expect(desk.rowOf(work)).resolves.toMatchObject({ state: 'closed' });

    await processesAreAt(1);
    await desk.sweeper().forget();
    await expect(desk.rowOf(work)).resolves.toBeUndefined();
  });

  it('removes runners that have not been heard of for a day', async () => {
    await desk.renewed('gone');
    await desk.owner.query(`update ops.runners set seen_at = seen_at - interval '25 hours'`);
    await desk.renewed('here');
    await desk.sweeper().forget();

    const { rows } = await desk.pool.query('select runner_id from ops.runners');
    expect(rows).toEqual([{ runner_id: 'here' }]);
  });
});
