import { randomUUID } from 'node:crypto';
import { DomainError } from '@syntropic/kernel';
import { createPool } from '@syntropic/postgres';
import { createDatabase, eventually, useDatabase, usePostgres } from '@syntropic/testing';
import type { Pool } from 'pg';
import { Sweeper, type SweeperOptions } from './sweeper';
import type { NewWork, Work } from './work';
import { WorkQueue } from './work-queue';

const silent = { warn: () => undefined };
const answer = () => Promise.resolve();
const unheard = { hint: () => undefined, wake: () => undefined };

const sweeperOn = (pool: Pool, options: Partial<SweeperOptions> = {}) =>
  new Sweeper(pool, {
    onLost: answer,
    onQueueTimeout: answer,
    hint: () => undefined,
    inService: () => true,
    log: silent,
    ...options,
  });

const newWork = (): NewWork => ({
  sessionId: randomUUID(),
  executionId: 'exec-000000000001',
  workflowId: 'review',
  phaseId: 'plan',
  attempt: 1,
  leg: 1,
  backend: 'sandbox',
  provider: 'command',
});

const held = async (queue: WorkQueue, runner = 'r1'): Promise<Work> => {
  await queue.enqueue(newWork(), 1);
  const work = await queue.claim({ runner, backends: ['sandbox'], providers: ['command'] });
  if (!work) throw new Error('there was nothing to claim');
  return work;
};

const rowOf = async (pool: Pool, { sessionId }: { sessionId: string }) => {
  const { rows } = await pool.query<{ state: string; token: number; spared: boolean | null }>(
    `select w.state, w.token, w.expires_at < service.last as spared from ops.work w, ops.lease_service service
      where w.session_id = $1`,
    [sessionId],
  );
  return rows[0];
};

const isHeld = async (queue: WorkQueue, lease: Work): Promise<boolean> => {
  const asked = { runner: lease.runner ?? '', backends: [], providers: [], slots: 1, leases: [lease] };
  return (await queue.renew(asked)).leases.every((renewed) => renewed.held);
};

describe('on a store that is always there', () => {
  const database = useDatabase();
  let pool: Pool;
  let queue: WorkQueue;

  beforeAll(() => {
    pool = createPool(database.urlAs('syn_command_service'));
    queue = new WorkQueue(pool, unheard);
  });
  afterAll(() => pool.end());
  beforeEach(() => pool.query('delete from ops.work'));

  const termEnds = () =>
    pool.query(`update ops.work set expires_at = clock_timestamp() - interval '1 s' where state = 'leased'`);

  const service = (since: string, last: string) =>
    pool.query(
      `update ops.lease_service set since = clock_timestamp() - $1::interval, last = clock_timestamp() - $2::interval`,
      [since, last],
    );

  const ages = (column: 'queued_at' | 'hinted_at', by: string) =>
    pool.query(`update ops.work set ${column} = ${column} - $1::interval`, [by]);

  describe('expiring leases', () => {
    it('leaves those alone whose term has not ended', async () => {
      const lease = await held(queue);
      await service('1 hour', '1 s');
      await sweeperOn(pool).expireLeases();

      await expect(isHeld(queue, lease)).resolves.toBe(true);
    });

    it('ends them under a higher token, so that whoever comes back is refused', async () => {
      const lease = await held(queue);
      await termEnds();
      await service('16 s', '1 s');
      await sweeperOn(pool).expireLeases();

      await expect(rowOf(pool, lease)).resolves.toMatchObject({ state: 'lost', token: lease.token + 1 });
      await expect(isHeld(queue, lease)).resolves.toBe(false);
      await expect(queue.release(lease, 'parked')).resolves.toBe(false);
    });

    it('waits for a full term of service', async () => {
      const lease = await held(queue);
      await termEnds();
      await service('14 s', '1 s');
      await sweeperOn(pool).expireLeases();

      await expect(isHeld(queue, lease)).resolves.toBe(true);
    });

    it('begins the term of service anew after nobody has looked for a while', async () => {
      const lease = await held(queue);
      await termEnds();
      await service('1 hour', '6 s');
      await sweeperOn(pool).expireLeases();
      await sweeperOn(pool).expireLeases();

      await expect(isHeld(queue, lease)).resolves.toBe(true);
    });

    it('begins the term of service anew while renewals could not have reached it', async () => {
      const lease = await held(queue);
      await termEnds();
      await service('1 hour', '1 s');
      await sweeperOn(pool, { inService: () => false }).expireLeases();
      await sweeperOn(pool).expireLeases();

      await expect(isHeld(queue, lease)).resolves.toBe(true);
    });

    it('happens once, also when several sweep at once', async () => {
      const leases = await Promise.all(Array.from({ length: 8 }, (_, n) => held(queue, `r${n}`)));
      await termEnds();
      await service('1 hour', '1 s');
      await Promise.all([1, 2, 3].map(() => sweeperOn(pool).expireLeases()));

      const rows = await Promise.all(leases.map((lease) => rowOf(pool, lease)));
      expect(rows.map((row) => row?.state)).toEqual(leases.map(() => 'lost'));
      expect(rows.map((row) => row?.token)).toEqual(leases.map(({ token }) => token + 1));
    });
  });

  describe('telling of a lost lease', () => {
    const lost = async (): Promise<Work> => {
      const lease = await held(queue);
      await termEnds();
      await service('1 hour', '1 s');
      await sweeperOn(pool).expireLeases();
      return lease;
    };

    it('says whose it was, and closes the work', async () => {
      const lease = await lost();
      const told: Work[] = [];
      await sweeperOn(pool, { onLost: (work) => Promise.resolve(told.push(work)) }).reportLost();

      expect(told).toEqual([{ ...lease, token: lease.token + 1 }]);
      await expect(rowOf(pool, lease)).resolves.toMatchObject({ state: 'closed' });
    });

    it('is left to the next by one that dies before it has told', async () => {
      const lease = await lost();
      const told: string[] = [];
      await sweeperOn(pool, { onLost: ({ sessionId }) => Promise.resolve(told.push(sessionId)) }).reportLost();

      expect(told).toEqual([lease.sessionId]);
    });

    it('is repeated for the same loss by the next when one dies after it has told', async () => {
      await lost();
      const told: [string, number][] = [];
      const dying = createPool(database.urlAs('syn_command_service'));
      const tell = ({ sessionId, token }: Work) => Promise.resolve(void told.push([sessionId, token]));
      await sweeperOn(dying, { onLost: (work) => tell(work).then(() => dying.end()) }).reportLost();
      await sweeperOn(pool, { onLost: tell }).reportLost();
      await sweeperOn(pool, { onLost: tell }).reportLost();

      expect(told).toHaveLength(2);
      expect(told[1]).toEqual(told[0]);
    });

    it('goes on until it was heard, and holds up no other', async () => {
      const [deaf, other] = [await lost(), await lost()];
      const onLost = ({ sessionId }: Work) =>
        sessionId === deaf.sessionId ? Promise.reject(new Error('nobody answers')) : answer();
      await sweeperOn(pool, { onLost }).reportLost();

      await expect(rowOf(pool, deaf)).resolves.toMatchObject({ state: 'lost' });
      await expect(rowOf(pool, other)).resolves.toMatchObject({ state: 'closed' });
      await sweeperOn(pool).reportLost();
      await expect(rowOf(pool, deaf)).resolves.toMatchObject({ state: 'closed' });
    });

    it('takes a refusal for an answer', async () => {
      const lease = await lost();
      const refused = () => Promise.reject(new DomainError('execution.phase_not_running', 'it has completed'));
      await sweeperOn(pool, { onLost: refused }).reportLost();

      await expect(rowOf(pool, lease)).resolves.toMatchObject({ state: 'closed' });
    });

    it('does not close what was queued again meanwhile', async () => {
      const lease = await lost();
      const requeue = ({ sessionId }: Work) => queue.enqueue({ ...newWork(), sessionId, leg: 2 }, 2);
      await sweeperOn(pool, { onLost: requeue }).reportLost();

      await expect(rowOf(pool, lease)).resolves.toMatchObject({ state: 'queued' });
    });

    it('lets the runner keep the workspace until the execution is closed', async () => {
      const { sessionId, executionId } = await lost();
      await sweeperOn(pool).reportLost();
      const asked = { runner: 'r1', backends: [], providers: [], slots: 1, leases: [], parked: [sessionId] };

      await expect(queue.renew(asked)).resolves.toMatchObject({ discard: [] });
      await queue.closeExecution(executionId, 2);
      await expect(queue.renew(asked)).resolves.toMatchObject({ discard: [sessionId] });
    });
  });

  describe('work that waits', () => {
    it('is hinted at again after a while, and then again', async () => {
      const { sessionId } = await queueOne();
      const hinted: string[] = [];
      const sweeper = sweeperOn(pool, { hint: (work) => hinted.push(work.sessionId) });

      await sweeper.hintAgain();
      expect(hinted).toEqual([]);
      await ages('queued_at', '6 s');
      await sweeper.hintAgain();
      await sweeper.hintAgain();
      expect(hinted).toEqual([sessionId]);
      await ages('hinted_at', '6 s');
      await sweeper.hintAgain();
      expect(hinted).toEqual([sessionId, sessionId]);
    });

    it('is reported when it has waited too long, once a wait', async () => {
      const { sessionId } = await queueOne();
      const reported: string[] = [];
      const sweeper = sweeperOn(pool, { onQueueTimeout: (work) => Promise.resolve(reported.push(work.sessionId)) });

      await sweeper.reportWaiting();
      expect(reported).toEqual([]);
      await ages('queued_at', '61 minutes');
      await sweeper.reportWaiting();
      await sweeper.reportWaiting();
      expect(reported).toEqual([sessionId]);
    });

    it('is reported until somebody has heard', async () => {
      await queueOne();
      await ages('queued_at', '61 minutes');
      const calls: string[] = [];
      const onQueueTimeout = ({ sessionId }: Work) =>
        calls.push(sessionId) < 3 ? Promise.reject(new Error('nobody answers')) : answer();
      for (let round = 0; round < 5; round++) await sweeperOn(pool, { onQueueTimeout }).reportWaiting();

      expect(calls).toHaveLength(3);
    });

    const queueOne = async (): Promise<NewWork> => {
      const work = newWork();
      await queue.enqueue(work, 1);
      return work;
    };
  });

  it('runs by itself until it is told to stop', async () => {
    const leaseMs = 300;
    const lease = await held(new WorkQueue(pool, unheard, leaseMs));
    const stop = new AbortController();
    const running = sweeperOn(pool, { leaseMs }).run(stop.signal);

    await eventually(async () => (await rowOf(pool, lease))?.state === 'closed').finally(() => {
      stop.abort();
    });
    await running;
  });
});

describe('on a store that goes away', () => {
  const postgres = usePostgres();
  const leaseMs = 3_000;
  const stop = new AbortController();
  let pool: Pool;

  beforeAll(async () => {
    pool = createPool((await createDatabase(postgres.url)).url);
    await pool.query(`update ops.lease_service set since = clock_timestamp() - interval '1 hour'`);
  });
  afterAll(async () => {
    stop.abort();
    await pool.end();
  });

  it('interrupts nobody whose runner comes back with it', async () => {
    const queue = new WorkQueue(pool, unheard, leaseMs);
    const lost: string[] = [];
    const onLost = ({ sessionId }: Work) => Promise.resolve(lost.push(sessionId));
    await pool.query('update ops.lease_service set last = clock_timestamp()');
    void sweeperOn(pool, { leaseMs, onLost }).run(stop.signal);
    const [returning, gone] = [await held(queue, 'r1'), await held(queue, 'r2')];

    const awaySince = Date.now();
    await postgres.kill();
    await eventually(() => Date.now() - awaySince > leaseMs / 3);
    await postgres.start();
    await eventually(async () => (await rowOf(pool, returning))?.spared === true);

    await expect(isHeld(queue, returning)).resolves.toBe(true);
    await eventually(async () => (await isHeld(queue, returning)) && lost.length > 0);
    expect(lost).toEqual([gone.sessionId]);
  });
});
