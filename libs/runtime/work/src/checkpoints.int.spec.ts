import { randomUUID } from 'node:crypto';
import { CheckpointNotes } from './checkpoint-notes';
import { capabilitiesOf, newWork, WorkFixture } from './testing/work-fixture';
import { WorkQueue, type OfferedWork } from './work-queue';

const fixture = new WorkFixture();

/** The runner is there; `restores`: it takes up what others have parked. */
const isThere = (runner: string, restores = true) =>
  fixture.queue.renew({ ...capabilitiesOf(runner), slots: 2, leases: [], restoresCheckpoints: restores });
const claimedBy = async (runner: string) => (await fixture.queue.claim(capabilitiesOf(runner)))?.sessionId;
const keeperOf = async (sessionId: string) => {
  const { rows } = await fixture.pool.query<{ keeper: string | null }>(
    'select parked_on as keeper from ops.work where session_id = $1',
    [sessionId],
  );
  return rows[0]?.keeper;
};
const parked = (hasCheckpoint = true) => fixture.queued({ leg: 2, parkedOn: 'r1', hasCheckpoint }, 2);

describe('parked work with a checkpoint', () => {
  it('is first for the runner that has its workspace, and for others after 5 seconds', async () => {
    await Promise.all([isThere('r1'), isThere('r2')]);
    const { sessionId } = await parked();

    await expect(claimedBy('r2')).resolves.toBeUndefined();
    await fixture.ages('queued_at', '6 s');
    await expect(claimedBy('r2')).resolves.toBe(sessionId);
  });

  it('is for others at once when that runner has not been seen for a lease', async () => {
    await isThere('r2');
    const { sessionId } = await parked();

    await expect(claimedBy('r2')).resolves.toBe(sessionId);
  });

  it('is for its own runner at any time', async () => {
    await isThere('r1', false);
    const { sessionId } = await parked();

    await expect(claimedBy('r1')).resolves.toBe(sessionId);
    await expect(keeperOf(sessionId)).resolves.toBe('r1');
  });

  it('is never for a runner that cannot restore', async () => {
    await isThere('r2', false);
    await parked();
    await fixture.ages('queued_at', '1 hour');

    await expect(claimedBy('r2')).resolves.toBeUndefined();
  });

  it('makes the workspace of its former runner stale when another has claimed it', async () => {
    await isThere('r2');
    const { sessionId } = await parked();
    const claimed = await fixture.claimed('r2');
    const renewed = await fixture.queue.renew({ ...capabilitiesOf('r1'), slots: 2, leases: [], parked: [sessionId] });

    expect(renewed.discard).toEqual([sessionId]);
    await fixture.queue.release(claimed, 'parked');
    await expect(keeperOf(sessionId)).resolves.toBe('r2');
  });

  it('is given back by one runner and taken by another', async () => {
    await Promise.all([isThere('r2'), isThere('r3')]);
    const { sessionId } = await parked();
    await fixture.queue.release(await fixture.claimed('r2'), 'queued');

    await expect(claimedBy('r3')).resolves.toBe(sessionId);
  });

  it('is hinted at to its keeper first, and later to all', async () => {
    const offered: OfferedWork[] = [];
    await fixture.queue.renew({ ...capabilitiesOf('r1'), user: 'runner-7', slots: 1, leases: [] });
    const queue = new WorkQueue(fixture.pool, { hint: (work) => offered.push(work), wake: () => undefined });
    const work = newWork({ leg: 2, parkedOn: 'r1', hasCheckpoint: true });
    await queue.enqueue(work, 2);
    expect(offered).toMatchObject([{ sessionId: work.sessionId, keeper: { runner: 'r1', user: 'runner-7' } }]);

    const hinted: unknown[] = [];
    await fixture.ages('queued_at', '6 s');
    await fixture.sweeper({ hint: ({ sessionId, parkedOn }) => hinted.push({ sessionId, parkedOn }) }).hintAgain();
    expect(hinted).toEqual([{ sessionId: work.sessionId, parkedOn: null }]);
  });
});

describe('parked work without a checkpoint', () => {
  it('is for no other runner, however long it waits', async () => {
    await isThere('r2');
    await parked(false);
    await fixture.ages('queued_at', '1 hour');

    await expect(claimedBy('r2')).resolves.toBeUndefined();
  });
});

describe('a noted checkpoint', () => {
  const notes = () => new CheckpointNotes(fixture.pool);
  const unwanted = () => notes().unwanted(10);

  /** A checkpoint of a session's first leg, which is parked. */
  async function parkedWithNote() {
    const work = await fixture.queued();
    const lease = await fixture.claimed('r1');
    const uri = `sha256:${randomUUID()}`;
    await expect(notes().note(lease, work.executionId, uri)).resolves.toBe(true);
    await expect(notes().note(lease, work.executionId, uri)).resolves.toBe(true);
    await fixture.queue.release(lease, 'parked');
    return { work, lease, uri };
  }

  it('is of a held lease only', async () => {
    const { lease, work } = await parkedWithNote();

    await expect(notes().note(lease, work.executionId, 'sha256:late')).resolves.toBe(false);
  });

  it('is wanted until the leg after the next one begins', async () => {
    const { work, uri } = await parkedWithNote();
    await expect(unwanted()).resolves.toEqual([]);
    await fixture.queue.enqueue({ ...work, leg: 2, parkedOn: 'r1', hasCheckpoint: true }, 2);
    await expect(unwanted()).resolves.toEqual([]);
    await fixture.queue.release(await fixture.claimed('r1'), 'parked');
    await expect(unwanted()).resolves.toEqual([]);

    await fixture.queue.enqueue({ ...work, leg: 3, parkedOn: 'r1' }, 3);
    await expect(unwanted()).resolves.toEqual([uri]);
  });

  it.each([
    ['is completed', async () => fixture.queue.release(await fixture.claimed('r1'), 'closed')],
    [
      'is cancelled while it waits',
      ({ executionId }: { executionId: string }) => fixture.queue.closeExecution(executionId, 9),
    ],
  ])('is unwanted when its session %s, and is forgotten once it was removed', async (_, end) => {
    const { work, uri } = await parkedWithNote();
    await notes().forget([uri]);
    await fixture.queue.enqueue({ ...work, leg: 2, parkedOn: 'r1', hasCheckpoint: true }, 2);
    await end(work);

    await expect(unwanted()).resolves.toEqual([uri]);
    await notes().forget([uri]);
    await expect(unwanted()).resolves.toEqual([]);
  });

  it('stays wanted when the lease of a paused session is lost, and is not when its work is forgotten', async () => {
    const { work, uri } = await parkedWithNote();
    await fixture.queue.enqueue({ ...work, leg: 2, parkedOn: 'r1', hasCheckpoint: true }, 2);
    await fixture.claimed('r1');
    await fixture.queue.renew({ ...capabilitiesOf('r1'), slots: 2, leases: [], claims: 1 });
    await fixture.sweeper().reportLost();
    await expect(unwanted()).resolves.toEqual([]);

    await fixture.owner.query('delete from ops.work where session_id = $1', [work.sessionId]);
    await expect(unwanted()).resolves.toEqual([uri]);
  });
});
