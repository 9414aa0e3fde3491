import { randomUUID } from 'node:crypto';
import { able, WorkDesk } from './testing/work-desk';

const desk = new WorkDesk();

describe('queueing', () => {
  it('hints once, however often the same leg is queued', async () => {
    const work = await desk.queued();
    await desk.queue.enqueue(work, 1);

    expect(desk.hinted).toEqual([work.sessionId]);
  });

  it('does not disturb whoever holds the same leg', async () => {
    const work = await desk.queued();
    const held = await desk.claimed('r1');
    await desk.queue.enqueue(work, 1);

    await expect(desk.fenceHolds(held)).resolves.toBe(true);
  });

  it('replaces an earlier leg, also one that is still held', async () => {
    const work = await desk.queued();
    const first = await desk.claimed('r1');
    await desk.queue.enqueue({ ...work, leg: 2 }, 2);

    await expect(desk.fenceHolds(first)).resolves.toBe(false);
    await expect(desk.queue.release(first, 'closed')).resolves.toBe(false);
    await expect(desk.claimed('r2')).resolves.toMatchObject({
      sessionId: work.sessionId,
      leg: 2,
      token: first.token + 1,
    });
  });

  it('does not go back to an earlier leg', async () => {
    const work = await desk.queued({ leg: 2 }, 5);
    await desk.queue.release(await desk.claimed('r1'), 'closed');
    await desk.queue.enqueue({ ...work, leg: 1 }, 1);

    await expect(desk.rowOf(work)).resolves.toMatchObject({ state: 'closed' });
  });
});

describe('claiming', () => {
  it('takes the oldest work that the runner can do', async () => {
    await desk.queued({ backend: 'kubernetes' });
    await desk.queued({ provider: 'claude' });
    const oldest = await desk.queued();
    await desk.queued();

    await expect(desk.claimed('r1')).resolves.toEqual({
      sessionId: oldest.sessionId,
      executionId: oldest.executionId,
      workflowId: 'review',
      phaseId: 'plan',
      attempt: 1,
      leg: 1,
      backend: 'sandbox',
      provider: 'command',
      token: 1,
      runner: 'r1',
      control: 'run',
    });
  });

  it('answers nothing when there is nothing', async () => {
    await expect(desk.queue.claim(able('r1'))).resolves.toBeUndefined();
  });

  it('takes the session that was named, or none', async () => {
    await desk.queued();
    const named = await desk.queued();

    await expect(desk.queue.claim({ ...able('r1'), sessionId: named.sessionId })).resolves.toMatchObject(named);
    await expect(desk.queue.claim({ ...able('r2'), sessionId: named.sessionId })).resolves.toBeUndefined();
  });

  it('answers the runner that holds the named session with the same token', async () => {
    const { sessionId } = await desk.queued();
    const first = await desk.queue.claim({ ...able('r1'), sessionId });

    await expect(desk.queue.claim({ ...able('r1'), sessionId })).resolves.toEqual(first);
  });

  it('answers a request that comes again with what it took, also both at once', async () => {
    await Promise.all([desk.queued(), desk.queued(), desk.queued()]);
    const again = { ...able('r1'), claimId: randomUUID() };

    const answers = await Promise.all([desk.queue.claim(again), desk.queue.claim(again), desk.queue.claim(again)]);

    expect(new Set(answers.map((work) => work?.sessionId)).size).toBe(1);
    expect(answers.map((work) => work?.token)).toEqual([1, 1, 1]);
  });

  it('gives nothing new to a request that comes again after its work was given back', async () => {
    await Promise.all([desk.queued(), desk.queued()]);
    const request = { ...able('r1'), claimId: randomUUID() };
    const work = await desk.queue.claim(request);
    if (work) await desk.queue.release(work, 'closed');

    await expect(desk.queue.claim(request)).resolves.toBeUndefined();
  });

  it('gives each session to one of many runners that ask at once', async () => {
    const all = await Promise.all(Array.from({ length: 12 }, () => desk.queued()));

    const claims = await Promise.all(Array.from({ length: 20 }, (_, n) => desk.queue.claim(able(`r${n}`))));

    const taken = claims.flatMap((work) => work?.sessionId ?? []);
    expect(taken.sort()).toEqual(all.map(({ sessionId }) => sessionId).sort());
  });

  it('leaves parked work to the runner that keeps its workspace', async () => {
    const work = await desk.queued();
    await desk.queue.release(await desk.claimed('r1'), 'parked');
    await expect(desk.rowOf(work)).resolves.toMatchObject({ state: 'parked' });
    await desk.queue.enqueue({ ...work, leg: 2, parkedOn: 'r1' }, 2);

    await expect(desk.queue.claim(able('r2'))).resolves.toBeUndefined();
    await expect(desk.queue.claim(able('r1'))).resolves.toMatchObject({ sessionId: work.sessionId, leg: 2, token: 2 });
  });
});

describe('giving back', () => {
  it('can be said twice', async () => {
    await desk.queued();
    const held = await desk.claimed('r1');

    await expect(desk.queue.release(held, 'parked')).resolves.toBe(true);
    await expect(desk.queue.release(held, 'parked')).resolves.toBe(true);
    await expect(desk.queue.release(held, 'closed')).resolves.toBe(false);
  });

  it('untouched, lets another runner have it under a higher token, and waits on without calling for one', async () => {
    const { sessionId } = await desk.queued();
    const held = await desk.claimed('r1');
    const before = await desk.rowOf(held);
    await desk.queue.release(held, 'queued');

    expect(desk.hinted).toEqual([sessionId]);
    await expect(desk.rowOf(held)).resolves.toMatchObject({ state: 'queued', queuedAt: before?.queuedAt });
    await expect(desk.claimed('r2')).resolves.toMatchObject({ sessionId, token: held.token + 1 });
    await expect(desk.queue.release(held, 'closed')).resolves.toBe(false);
  });

  it('untouched, keeps a parked session on the runner that has its workspace', async () => {
    await desk.queued({ parkedOn: 'r1' });
    await desk.queue.release(await desk.claimed('r1'), 'queued');

    await expect(desk.queue.claim(able('r2'))).resolves.toBeUndefined();
  });
});

describe('the fence', () => {
  it('holds for the newest token of a leased session only', async () => {
    await desk.queued();
    const first = await desk.claimed('r1');
    await expect(desk.fenceHolds(first)).resolves.toBe(true);

    await desk.queue.release(first, 'queued');
    await expect(desk.fenceHolds(first)).resolves.toBe(false);

    const second = await desk.claimed('r2');
    await expect(desk.fenceHolds(first)).resolves.toBe(false);
    await expect(desk.fenceHolds(second)).resolves.toBe(true);
  });

  it('knows nobody by default', async () => {
    await expect(desk.fenceHolds({ sessionId: randomUUID(), token: 0 })).resolves.toBe(false);
  });
});
