import { eventually } from '@syntropic/testing';
import { WorkDesk } from './testing/work-desk';
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
