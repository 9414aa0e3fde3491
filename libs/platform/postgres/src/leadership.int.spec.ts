import { createDatabase, eventually, useDatabase, usePostgres, type OwnDatabase } from '@syntropic/testing';
import { once } from 'node:events';
import { Leadership, type Term } from './leadership';

const LEASE_MS = 300;
/** A lease that outlasts the pauses of a busy disk. */
const LONG_LEASE_MS = 2_000;

const untilItsEnd = async ({ signal }: Term): Promise<void> => {
  if (!signal.aborted) await once(signal, 'abort');
};

describe('leadership', () => {
  const database = useDatabase();

  it('stays with one process as long as it works, and passes to another when it stops', async () => {
    const terms: AbortController[] = [];
    const leading = new Set<AbortController>();
    let mostAtOnce = 0;
    const candidates = [new AbortController(), new AbortController(), new AbortController()];
    const led = candidates.map((candidate) =>
      new Leadership(database.pool, 'passed on', { leaseMs: LONG_LEASE_MS }).lead(async (term) => {
        terms.push(candidate);
        leading.add(candidate);
        mostAtOnce = Math.max(mostAtOnce, leading.size);
        await untilItsEnd(term);
        leading.delete(candidate);
      }, candidate.signal),
    );

    for (const ordinal of candidates.keys()) {
      await eventually(() => terms.length === ordinal + 1);
      await renewedOver(1.5 * LONG_LEASE_MS);
      terms[ordinal]?.abort();
    }
    await Promise.all(led);

    expect(new Set(terms).size).toBe(candidates.length);
    expect(terms).toHaveLength(candidates.length);
    expect(mostAtOnce).toBe(1);
  });

  /** Resolves when the lease has been renewed for so long. */
  async function renewedOver(ms: number): Promise<void> {
    const expiry = async () => {
      const { rows } = await database.pool.query<{ at: Date }>(
        `select expires_at as at from ops.leases where name = 'passed on'`,
      );
      return rows[0]?.at.getTime() ?? 0;
    };
    const first = await expiry();
    await eventually(async () => (await expiry()) > first + ms);
  }

  it('ends when another process holds the lease, and is sought again', async () => {
    const stop = new AbortController();
    const owners: string[] = [];
    const led = new Leadership(database.pool, 'taken', { leaseMs: LEASE_MS }).lead(async (term) => {
      owners.push(term.owner);
      await untilItsEnd(term);
    }, stop.signal);
    await eventually(() => owners.length === 1);

    await database.pool.query(
      `update ops.leases set owner = gen_random_uuid(), expires_at = clock_timestamp() where name = 'taken'`,
    );

    await eventually(() => owners.length === 2);
    stop.abort();
    await led;
  });

  it('is not ended by a delayed release of the term before', async () => {
    const stop = new AbortController();
    const owners: string[] = [];
    const led = new Leadership(database.pool, 'delayed release', { leaseMs: LEASE_MS }).lead(async (term) => {
      if (owners.push(term.owner) > 1) await untilItsEnd(term);
    }, stop.signal);
    await eventually(() => owners.length === 2);

    const late = await database.pool.query('delete from ops.leases where owner = $1', [owners[0]]);

    expect(late.rowCount).toBe(0);
    stop.abort();
    await led;
  });

  it('starts over when the work fails, and reports the fault', async () => {
    const stop = new AbortController();
    const faults: unknown[] = [];
    let terms = 0;
    const options = { leaseMs: LEASE_MS, onFault: (fault: unknown) => faults.push(fault) };
    const led = new Leadership(database.pool, 'failing', options).lead(() => {
      terms += 1;
      return Promise.reject(new Error('the work failed'));
    }, stop.signal);

    await eventually(() => terms > 1);
    stop.abort();
    await led;

    expect(faults).toContainEqual(new Error('the work failed'));
  });
});

describe('leadership without a store', () => {
  const postgres = usePostgres();
  let database: OwnDatabase;

  beforeAll(async () => {
    database = await createDatabase(postgres.url);
  });
  afterAll(() => database.pool.end());

  it('ends while no renewal is answered, and begins again afterwards', async () => {
    const stop = new AbortController();
    let terms = 0;
    let leading = false;
    const led = new Leadership(database.pool, 'cut off', { leaseMs: LEASE_MS }).lead(async (term) => {
      terms += 1;
      leading = true;
      await untilItsEnd(term);
      leading = false;
    }, stop.signal);
    await eventually(() => leading);

    await postgres.freeze();
    await eventually(() => !leading);
    expect(terms).toBe(1);
    await postgres.thaw();

    await eventually(() => terms === 2);
    stop.abort();
    await led;
  });
});
