import { randomUUID } from 'node:crypto';
import { capabilitiesOf, WorkFixture } from './testing/work-fixture';

const fixture = new WorkFixture();

describe('queueing', () => {
  it('hints once, however often the same leg is queued', async () => {
    const work = await fixture.queued();
    await fixture.queue.enqueue(work, 1);

    expect(fixture.hinted).toEqual([work.sessionId]);
  });

  it('does not end the lease on the same leg', async () => {
    const work = await fixture.queued();
    const held = await fixture.claimed('r1');
    await fixture.queue.enqueue(work, 1);

    await expect(fixture.fenceHolds(held)).resolves.toBe(true);
  });

  it('replaces an earlier leg, also one that is still held', async () => {
    const work = await fixture.queued();
    const first = await fixture.claimed('r1');
    await fixture.queue.enqueue({ ...work, leg: 2 }, 2);

    await expect(fixture.fenceHolds(first)).resolves.toBe(false);
    await expect(fixture.queue.release(first, 'closed')).resolves.toBe(false);
    const second = await fixture.claimed('r2');
    expect(second).toMatchObject({ sessionId: work.sessionId, leg: 2 });
    expect(second.token).toBeGreaterThan(first.token);
  });

  it('does not return to an earlier leg', async () => {
    const work = await fixture.queued({ leg: 2 }, 5);
    await fixture.queue.release(await fixture.claimed('r1'), 'closed');
    await fixture.queue.enqueue({ ...work, leg: 1 }, 1);

    await expect(fixture.rowOf(work)).resolves.toMatchObject({ state: 'closed' });
  });
});

describe('claiming', () => {
  it('takes the oldest work that the runner can do', async () => {
    await fixture.queued({ backend: 'kubernetes' });
    await fixture.queued({ provider: 'claude' });
    const oldest = await fixture.queued();
    await fixture.queued();

    await expect(fixture.claimed('r1')).resolves.toEqual({
      sessionId: oldest.sessionId,
      executionId: oldest.executionId,
      workflowId: 'review',
      phaseId: 'plan',
      attempt: 1,
      leg: 1,
      backend: 'sandbox',
      provider: 'command',
      token: expect.any(Number) as number,
      runner: 'r1',
      control: 'run',
    });
  });

  it('returns nothing when no work is queued', async () => {
    await expect(fixture.queue.claim(capabilitiesOf('r1'))).resolves.toBeUndefined();
  });

  it('takes the session that was named, or none', async () => {
    await fixture.queued();
    const named = await fixture.queued();

    await expect(fixture.queue.claim({ ...capabilitiesOf('r1'), sessionId: named.sessionId })).resolves.toMatchObject(
      named,
    );
    await expect(fixture.queue.claim({ ...capabilitiesOf('r2'), sessionId: named.sessionId })).resolves.toBeUndefined();
  });

  it('returns the same token to the runner that holds the named session', async () => {
    const { sessionId } = await fixture.queued();
    const first = await fixture.queue.claim({ ...capabilitiesOf('r1'), sessionId });

    await expect(fixture.queue.claim({ ...capabilitiesOf('r1'), sessionId })).resolves.toEqual(first);
  });

  it('returns the same work to a request that is sent again, also concurrently', async () => {
    await Promise.all([fixture.queued(), fixture.queued(), fixture.queued()]);
    const again = { ...capabilitiesOf('r1'), claimId: randomUUID() };

    const claims = await Promise.all([
      fixture.queue.claim(again),
      fixture.queue.claim(again),
      fixture.queue.claim(again),
    ]);

    expect(new Set(claims.map((work) => work?.sessionId)).size).toBe(1);
    expect(new Set(claims.map((work) => work?.token)).size).toBe(1);
  });

  it('returns nothing to a request that is sent again after its work was returned', async () => {
    await Promise.all([fixture.queued(), fixture.queued()]);
    const request = { ...capabilitiesOf('r1'), claimId: randomUUID() };
    const work = await fixture.queue.claim(request);
    if (work) await fixture.queue.release(work, 'closed');

    await expect(fixture.queue.claim(request)).resolves.toBeUndefined();
  });

  it('gives each session to one of many runners that ask at once', async () => {
    const all = await Promise.all(Array.from({ length: 12 }, () => fixture.queued()));

    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, n) => fixture.queue.claim(capabilitiesOf(`r${n}`))),
    );

    const taken = claims.flatMap((work) => work?.sessionId ?? []);
    expect(taken.sort()).toEqual(all.map(({ sessionId }) => sessionId).sort());
  });

  it('leaves parked work to the runner that keeps its workspace', async () => {
    const work = await fixture.queued();
    await fixture.queue.release(await fixture.claimed('r1'), 'parked');
    await expect(fixture.rowOf(work)).resolves.toMatchObject({ state: 'parked' });
    await fixture.queue.enqueue({ ...work, leg: 2, parkedOn: 'r1' }, 2);

    await expect(fixture.queue.claim(capabilitiesOf('r2'))).resolves.toBeUndefined();
    await expect(fixture.queue.claim(capabilitiesOf('r1'))).resolves.toMatchObject({
      sessionId: work.sessionId,
      leg: 2,
    });
  });
});

describe('returning work', () => {
  it('can be repeated', async () => {
    await fixture.queued();
    const held = await fixture.claimed('r1');

    await expect(fixture.queue.release(held, 'parked')).resolves.toBe(true);
    await expect(fixture.queue.release(held, 'parked')).resolves.toBe(true);
    await expect(fixture.queue.release(held, 'closed')).resolves.toBe(false);
  });

  it('before it started, lets another runner claim it with a higher token, without a hint', async () => {
    const { sessionId } = await fixture.queued();
    const held = await fixture.claimed('r1');
    const before = await fixture.rowOf(held);
    await fixture.queue.release(held, 'queued');

    expect(fixture.hinted).toEqual([sessionId]);
    await expect(fixture.rowOf(held)).resolves.toMatchObject({ state: 'queued', queuedAt: before?.queuedAt });
    const next = await fixture.claimed('r2');
    expect(next.sessionId).toBe(sessionId);
    expect(next.token).toBeGreaterThan(held.token);
    await expect(fixture.queue.release(held, 'closed')).resolves.toBe(false);
  });

  it('before it started, keeps a parked session on the runner that has its workspace', async () => {
    await fixture.queued({ parkedOn: 'r1' });
    await fixture.queue.release(await fixture.claimed('r1'), 'queued');

    await expect(fixture.queue.claim(capabilitiesOf('r2'))).resolves.toBeUndefined();
  });
});

describe('the fence', () => {
  it('holds for the newest token of a leased session only', async () => {
    await fixture.queued();
    const first = await fixture.claimed('r1');
    await expect(fixture.fenceHolds(first)).resolves.toBe(true);

    await fixture.queue.release(first, 'queued');
    await expect(fixture.fenceHolds(first)).resolves.toBe(false);

    const second = await fixture.claimed('r2');
    await expect(fixture.fenceHolds(first)).resolves.toBe(false);
    await expect(fixture.fenceHolds(second)).resolves.toBe(true);
  });

  it('refuses unknown sessions', async () => {
    await expect(fixture.fenceHolds({ sessionId: randomUUID(), token: 0 })).resolves.toBe(false);
  });
});

describe('the token of a lease', () => {
  it('rises with each lease and cannot be guessed from another, and fits into a number of JSON', async () => {
    const works = [await fixture.queued(), await fixture.queued()];
    const first = [await fixture.claimed('r1'), await fixture.claimed('r2')];
    for (const held of first) await fixture.queue.release(held, 'queued');
    const second = [await fixture.claimed('r1'), await fixture.claimed('r2')];

    for (const { sessionId } of works) {
      const [before, after] = [first, second].map(
        (leases) => leases.find((lease) => lease.sessionId === sessionId)?.token,
      );
      expect(after).toBeGreaterThan(before ?? Infinity);
    }
    const tokens = [...first, ...second].map(({ token }) => token);
    expect(new Set(tokens.map((token) => token % 2 ** 36)).size).toBe(4);
    expect(tokens.every(Number.isSafeInteger)).toBe(true);
  });
});
