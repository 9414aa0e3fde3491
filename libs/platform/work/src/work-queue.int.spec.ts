import { randomUUID } from 'node:crypto';
import { createPool } from '@syntropic/postgres';
import { useDatabase } from '@syntropic/testing';
import type { Pool } from 'pg';
import type { NewWork, Work } from './work';
import { WorkQueue, type RenewedLease } from './work-queue';

const database = useDatabase();
let pool: Pool;
let hinted: string[];
let woken: string[];
let queue: WorkQueue;

beforeAll(() => {
  pool = createPool(database.urlAs('syn_command_service'));
});
afterAll(() => pool.end());
beforeEach(async () => {
  await database.pool.query('truncate ops.work, ops.runners');
  hinted = [];
  woken = [];
  queue = new WorkQueue(pool, {
    hint: ({ sessionId }) => hinted.push(sessionId),
    wake: (runner) => woken.push(runner),
  });
});

const workOf = (fields: Partial<NewWork> = {}): NewWork => ({
  sessionId: randomUUID(),
  executionId: 'exec-000000000001',
  workflowId: 'review',
  phaseId: 'plan',
  attempt: 1,
  leg: 1,
  backend: 'sandbox',
  provider: 'command',
  ...fields,
});

const able = (runner: string) => ({ runner, backends: ['sandbox'], providers: ['command'] });

const queued = async (fields: Partial<NewWork> = {}, asOf = 1): Promise<NewWork> => {
  const work = workOf(fields);
  await queue.enqueue(work, asOf);
  return work;
};

const claimed = async (runner: string): Promise<Work> => {
  const work = await queue.claim(able(runner));
  if (!work) throw new Error('there was nothing to claim');
  return work;
};

const renewed = async (runner: string, ...held: readonly { sessionId: string; token: number }[]) => {
  const { leases } = await queue.renew({ ...able(runner), slots: 2, leases: held });
  return leases;
};

const stateOf = async (sessionId: string): Promise<string | undefined> => {
  const { rows } = await pool.query<{ state: string }>('select state from ops.work where session_id = $1', [sessionId]);
  return rows[0]?.state;
};

const fenceHolds = async ({ sessionId, token }: { sessionId: string; token: number }): Promise<boolean> => {
  const { rows } = await pool.query<{ holds: boolean }>('select ops.lease_holds($1, $2) as holds', [sessionId, token]);
  return rows[0]?.holds === true;
};

const expireAll = () => database.pool.query(`update ops.work set expires_at = clock_timestamp() - interval '1 minute'`);

describe('queueing', () => {
  it('hints once, however often the same leg is queued', async () => {
    const work = await queued();
    await queue.enqueue(work, 1);

    expect(hinted).toEqual([work.sessionId]);
  });

  it('does not disturb whoever holds the same leg', async () => {
    const work = await queued();
    const held = await claimed('r1');
    await queue.enqueue(work, 1);

    await expect(fenceHolds(held)).resolves.toBe(true);
  });

  it('replaces an earlier leg, also one that is still held', async () => {
    const work = await queued();
    const first = await claimed('r1');
    await queue.enqueue({ ...work, leg: 2 }, 2);

    await expect(fenceHolds(first)).resolves.toBe(false);
    await expect(queue.release(first, 'closed')).resolves.toBe(false);
    await expect(claimed('r2')).resolves.toMatchObject({ sessionId: work.sessionId, leg: 2, token: first.token + 1 });
  });

  it('does not go back to an earlier leg', async () => {
    const work = await queued({ leg: 2 }, 5);
    await queue.release(await claimed('r1'), 'closed');
    await queue.enqueue({ ...work, leg: 1 }, 1);

    await expect(stateOf(work.sessionId)).resolves.toBe('closed');
  });
});

describe('claiming', () => {
  it('takes the oldest work that the runner can do', async () => {
    await queued({ backend: 'kubernetes' });
    await queued({ provider: 'claude' });
    const oldest = await queued();
    await queued();

    await expect(claimed('r1')).resolves.toEqual({
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
    await expect(queue.claim(able('r1'))).resolves.toBeUndefined();
  });

  it('takes the session that was named, or none', async () => {
    await queued();
    const named = await queued();

    await expect(queue.claim({ ...able('r1'), sessionId: named.sessionId })).resolves.toMatchObject(named);
    await expect(queue.claim({ ...able('r2'), sessionId: named.sessionId })).resolves.toBeUndefined();
  });

  it('answers the runner that holds the named session with the same token', async () => {
    const { sessionId } = await queued();
    const first = await queue.claim({ ...able('r1'), sessionId });

    await expect(queue.claim({ ...able('r1'), sessionId })).resolves.toEqual(first);
  });

  it('answers a request that comes again with what it took, also both at once', async () => {
    await Promise.all([queued(), queued(), queued()]);
    const again = { ...able('r1'), claimId: randomUUID() };

    const answers = await Promise.all([queue.claim(again), queue.claim(again), queue.claim(again)]);

    expect(new Set(answers.map((work) => work?.sessionId)).size).toBe(1);
    expect(answers.map((work) => work?.token)).toEqual([1, 1, 1]);
  });

  it('gives nothing new to a request that comes again after its work was given back', async () => {
    await Promise.all([queued(), queued()]);
    const request = { ...able('r1'), claimId: randomUUID() };
    const work = await queue.claim(request);
    if (work) await queue.release(work, 'closed');

    await expect(queue.claim(request)).resolves.toBeUndefined();
  });

  it('gives each session to one of many runners that ask at once', async () => {
    const all = await Promise.all(Array.from({ length: 12 }, () => queued()));

    const claims = await Promise.all(Array.from({ length: 20 }, (_, n) => queue.claim(able(`r${n}`))));

    const taken = claims.flatMap((work) => work?.sessionId ?? []);
    expect(taken.sort()).toEqual(all.map(({ sessionId }) => sessionId).sort());
  });

  it('leaves parked work to the runner that keeps its workspace', async () => {
    const work = await queued();
    await queue.release(await claimed('r1'), 'parked');
    await expect(stateOf(work.sessionId)).resolves.toBe('parked');
    await queue.enqueue({ ...work, leg: 2, parkedOn: 'r1' }, 2);

    await expect(queue.claim(able('r2'))).resolves.toBeUndefined();
    await expect(queue.claim(able('r1'))).resolves.toMatchObject({ sessionId: work.sessionId, leg: 2, token: 2 });
  });
});

describe('renewing', () => {
  const heldBy = (leases: readonly RenewedLease[]) => leases.map(({ held }) => held);

  it('answers each lease, and what is asked of its session', async () => {
    await queued();
    const held = await claimed('r1');
    await queue.setControl(held.executionId, 'pause', 2);

    await expect(renewed('r1', held, { sessionId: held.sessionId, token: 7 })).resolves.toEqual([
      { sessionId: held.sessionId, held: true, control: 'pause' },
      { sessionId: held.sessionId, held: false },
    ]);
  });

  it('is accepted after expiry while nobody has taken the work', async () => {
    await queued();
    const held = await claimed('r1');
    await expireAll();

    expect(heldBy(await renewed('r1', held))).toEqual([true]);
    const { rows } = await pool.query('select from ops.work where expires_at > clock_timestamp()');
    expect(rows).toHaveLength(1);
  });

  it('is refused to whoever does not hold the lease', async () => {
    await queued();
    const held = await claimed('r1');

    expect(heldBy(await renewed('r2', held))).toEqual([false]);
    await queue.release(held, 'closed');
    expect(heldBy(await renewed('r1', held))).toEqual([false]);
  });

  it('names the parked sessions that nobody will go on with', async () => {
    const wanted = await queued();
    await queue.release(await claimed('r1'), 'parked');
    const ended = await queued({ executionId: 'exec-000000000002' });
    await queue.release(await claimed('r1'), 'parked');
    await queue.closeExecution(ended.executionId, 2);
    const unheardOf = randomUUID();

    const { discard } = await queue.renew({
      ...able('r1'),
      slots: 2,
      leases: [],
      parked: [wanted.sessionId, ended.sessionId, unheardOf],
    });

    expect([...discard].sort()).toEqual([ended.sessionId, unheardOf].sort());
  });
});

describe('giving back', () => {
  it('can be said twice', async () => {
    await queued();
    const held = await claimed('r1');

    await expect(queue.release(held, 'parked')).resolves.toBe(true);
    await expect(queue.release(held, 'parked')).resolves.toBe(true);
    await expect(queue.release(held, 'closed')).resolves.toBe(false);
  });

  it('untouched, hints again and lets another runner have it under a higher token', async () => {
    const { sessionId } = await queued();
    const held = await claimed('r1');
    await queue.release(held, 'queued');

    expect(hinted).toEqual([sessionId, sessionId]);
    await expect(claimed('r2')).resolves.toMatchObject({ sessionId, token: held.token + 1 });
    await expect(queue.release(held, 'closed')).resolves.toBe(false);
  });

  it('untouched, keeps a parked session on the runner that has its workspace', async () => {
    await queued({ parkedOn: 'r1' });
    await queue.release(await claimed('r1'), 'queued');

    await expect(queue.claim(able('r2'))).resolves.toBeUndefined();
  });
});

describe('controlling an execution', () => {
  it('reaches all its sessions and wakes each runner that holds some, once', async () => {
    await queued();
    await queued();
    await claimed('r1');
    await claimed('r1');
    await queued();
    await queued({ executionId: 'exec-000000000002' });

    const affected = await queue.setControl('exec-000000000001', 'cancel', 2);

    expect(affected.map(({ state }) => state).sort()).toEqual(['leased', 'leased', 'queued']);
    expect(woken).toEqual(['r1']);
    await expect(pool.query(`select from ops.work where control = 'cancel'`)).resolves.toMatchObject({ rowCount: 3 });
  });

  it('does not listen to a messenger who comes late', async () => {
    await queued({}, 1);
    await queue.setControl('exec-000000000001', 'run', 3);
    await queue.setControl('exec-000000000001', 'pause', 2);

    await expect(claimed('r1')).resolves.toMatchObject({ control: 'run' });
  });

  it('begins a new leg with a clean slate', async () => {
    const work = await queued();
    await queue.setControl(work.executionId, 'pause', 2);
    await queue.enqueue({ ...work, leg: 2 }, 3);

    await expect(claimed('r1')).resolves.toMatchObject({ leg: 2, control: 'run' });
  });
});

describe('closing an execution', () => {
  it('takes its work from whoever holds or awaits it, and wakes the holder', async () => {
    await queued();
    const held = await claimed('r1');
    await queued();
    await queue.closeExecution(held.executionId, 2);

    expect(woken).toEqual(['r1']);
    await expect(fenceHolds(held)).resolves.toBe(false);
    await expect(queue.claim(able('r2'))).resolves.toBeUndefined();
  });

  it('spares what was queued after the ending it was told of', async () => {
    const later = await queued({}, 9);
    await queue.closeExecution(later.executionId, 8);

    await expect(stateOf(later.sessionId)).resolves.toBe('queued');
  });
});

describe('the fence', () => {
  it('holds for the newest token of a leased session only', async () => {
    await queued();
    const first = await claimed('r1');
    await expect(fenceHolds(first)).resolves.toBe(true);

    await queue.release(first, 'queued');
    await expect(fenceHolds(first)).resolves.toBe(false);

    const second = await claimed('r2');
    await expect(fenceHolds(first)).resolves.toBe(false);
    await expect(fenceHolds(second)).resolves.toBe(true);
  });

  it('knows nobody by default', async () => {
    await expect(fenceHolds({ sessionId: randomUUID(), token: 0 })).resolves.toBe(false);
  });
});

describe('what runners offer', () => {
  it('counts while they have been heard of lately', async () => {
    await expect(queue.offers()).resolves.toEqual([]);
    await renewed('r1');
    await renewed('r2');
    await expect(queue.offers()).resolves.toEqual([{ backends: ['sandbox'], providers: ['command'] }]);

    await database.pool.query(`update ops.runners set seen_at = seen_at - interval '5 minutes'`);
    await expect(queue.offers()).resolves.toEqual([]);
  });

  it('is the newest they have said, and nothing without a slot', async () => {
    await renewed('r1');
    await queue.renew({ runner: 'r1', backends: ['process'], providers: ['claude'], slots: 1, leases: [] });
    await queue.renew({ runner: 'r2', backends: ['sandbox'], providers: ['claude'], slots: 0, leases: [] });

    await expect(queue.offers()).resolves.toEqual([{ backends: ['process'], providers: ['claude'] }]);
  });
});
