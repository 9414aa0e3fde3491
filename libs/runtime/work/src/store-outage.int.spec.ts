import { createPool } from '@syntropic/postgres';
import { createDatabase, eventually, usePostgres } from '@syntropic/testing';
import type { Pool } from 'pg';
import { Sweeper } from './sweeper';
import { capabilitiesOf, accept, newWork } from './testing/work-fixture';
import type { Work } from './work';
import { WorkQueue } from './work-queue';

const postgres = usePostgres();
const leaseMs = 3_000;
const stop = new AbortController();
const lost: string[] = [];
let pool: Pool;
let queue: WorkQueue;

beforeAll(async () => {
  pool = createPool((await createDatabase(postgres.url)).url);
  queue = new WorkQueue(pool, { hint: () => undefined, wake: () => undefined }, leaseMs);
});
afterAll(async () => {
  stop.abort();
  await pool.end();
});

const held = async (runner: string): Promise<Work> => {
  await queue.enqueue(newWork(), 1);
  const work = await queue.claim(capabilitiesOf(runner));
  if (!work) throw new Error('there was nothing to claim');
  return work;
};

const isRenewed = async (lease: Work): Promise<boolean> => {
  const { leases } = await queue.renew({ ...capabilitiesOf(lease.runner ?? ''), slots: 1, leases: [lease] });
  return leases.every((renewed) => renewed.held);
};

/** The sweeper has run since the term ended, and has spared the lease. */
const isSpared = async ({ sessionId }: Work): Promise<boolean> => {
  const { rowCount } = await pool.query(
    `select from ops.work w, ops.lease_service service
      where w.session_id = $1 and w.state = 'leased' and w.expires_at < service.last`,
    [sessionId],
  );
  return rowCount === 1;
};

it('an outage of the store interrupts no session whose runner renews afterwards', async () => {
  await pool.query(
    `update ops.lease_service set since = clock_timestamp() - interval '1 hour', last = clock_timestamp()`,
  );
  const sweeper = new Sweeper(pool, {
    onLost: ({ sessionId }) => Promise.resolve(lost.push(sessionId)),
    onQueueTimeout: accept,
    hint: () => undefined,
    inService: () => true,
    log: { warn: () => undefined },
    leaseMs,
  });
  void sweeper.run(stop.signal);
  const [returning, gone] = [await held('r1'), await held('r2')];

  const awaySince = Date.now();
  await postgres.kill();
  await eventually(() => Date.now() - awaySince > leaseMs / 3);
  await postgres.start();
  await eventually(() => isSpared(returning));

  await expect(isRenewed(returning)).resolves.toBe(true);
  await eventually(async () => (await isRenewed(returning)) && lost.length > 0);
  expect(lost).toEqual([gone.sessionId]);
});
