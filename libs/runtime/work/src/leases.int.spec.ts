import { randomUUID } from 'node:crypto';
import { useDatabase } from '@syntropic/testing';
import fc from 'fast-check';
import { Sweeper } from './sweeper';
import { WorkQueue } from './work-queue';

const SESSIONS = [randomUUID(), randomUUID(), randomUUID()] as const;
const RUNNERS = ['r1', 'r2', 'r3'] as const;

/** A lease that a runner has claimed, and believes to hold until it is refused. */
type IssuedLease = Readonly<{ runner: string; sessionId: string; token: number; claimId: string }>;

const session = fc.constantFrom(...SESSIONS);
const runner = fc.constantFrom(...RUNNERS);
const which = fc.nat();
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('enqueue' as const), session }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('claim' as const), runner }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('claim again' as const), which }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('renew' as const), runner }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('release' as const),
      which,
      as: fc.constantFrom('closed' as const, 'parked' as const, 'queued' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('term ends' as const), session }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('sweep' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Kind> ? Kind : never;

const database = useDatabase();

/** A fresh table, three runners, and every lease they were ever issued. */
class Fleet {
  readonly issued: IssuedLease[] = [];
  readonly #legs = new Map<string, number>();
  readonly #queue = new WorkQueue(database.pool, { hint: () => undefined, wake: () => undefined });
  readonly #sweeper = new Sweeper(database.pool, {
    onLost: () => Promise.resolve(),
    onQueueTimeout: () => Promise.resolve(),
    hint: () => undefined,
    inService: () => true,
    log: console,
  });

  static async create(): Promise<Fleet> {
    await database.pool.query('truncate ops.work');
    return new Fleet();
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'enqueue':
        return this.#enqueue(step.session);
      case 'claim':
        return this.#claim(step.runner, randomUUID());
      case 'claim again': {
        const before = this.#remembered(step.which);
        if (before) await this.#claim(before.runner, before.claimId);
        return;
      }
      case 'renew':
        await this.renew(step.runner);
        return;
      case 'release': {
        const lease = this.#remembered(step.which);
        if (lease) await this.#queue.release(lease, step.as);
        return;
      }
      case 'term ends':
        await database.pool.query(
          `update ops.work set expires_at = clock_timestamp() - interval '1 s' where session_id = $1 and state = 'leased'`,
          [step.session],
        );
        return;
      case 'sweep':
        return this.#sweep();
    }
  }

  /** The leases, of all ever issued, that the fence accepts. */
  async holding(): Promise<IssuedLease[]> {
    const { rows } = await database.pool.query<{ holds: boolean }>(
      'select ops.lease_holds(s, t) as holds from unnest($1::uuid[], $2::bigint[]) with ordinality as lease (s, t, n) order by n',
      [this.issued.map(({ sessionId }) => sessionId), this.issued.map(({ token }) => token)],
    );
    return this.issued.filter((_, n) => rows[n]?.holds);
  }

  async renew(runner: string): Promise<readonly IssuedLease[]> {
    const claimed = this.issued.filter((lease) => lease.runner === runner);
    const { leases } = await this.#queue.renew({ runner, backends: [], providers: [], slots: 1, leases: claimed });
    return claimed.filter((_, n) => leases[n]?.held);
  }

  async #enqueue(sessionId: string): Promise<void> {
    const leg = (this.#legs.get(sessionId) ?? 0) + 1;
    this.#legs.set(sessionId, leg);
    await this.#queue.enqueue(
      {
        sessionId,
        executionId: 'exec-000000000001',
        workflowId: 'w',
        phaseId: 'p',
        attempt: 1,
        leg,
        backend: 'sandbox',
        provider: 'command',
      },
      leg,
    );
  }

  async #claim(runner: string, claimId: string): Promise<void> {
    const work = await this.#queue.claim({ runner, backends: ['sandbox'], providers: ['command'], claimId });
    if (!work) return;
    const known = this.issued.find((lease) => lease.sessionId === work.sessionId && lease.token === work.token);
    if (known && known.claimId !== claimId) throw new Error(`token ${work.token} was issued twice`);
    if (!known) this.issued.push({ runner, claimId, sessionId: work.sessionId, token: work.token });
  }

  async #sweep(): Promise<void> {
    await database.pool.query(
      `update ops.lease_service set since = clock_timestamp() - interval '1 hour', last = clock_timestamp()`,
    );
    await this.#sweeper.expireLeases();
    await this.#sweeper.reportLost();
  }

  #remembered(which: number): IssuedLease | undefined {
    return this.issued[which % Math.max(1, this.issued.length)];
  }
}

const bySession = (leases: readonly IssuedLease[]) =>
  SESSIONS.map((sessionId) => leases.filter((lease) => lease.sessionId === sessionId).map(({ token }) => token));

describe('leases', () => {
  const history = fc.array(step, { minLength: 15, maxLength: 60, size: 'large' });

  it('have one holder at a time, with the highest token, and are never held again after they were lost', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const fleet = await Fleet.create();
        const lost = new Set<IssuedLease>();
        for (const next of steps) {
          await fleet.take(next);

          const holding = await fleet.holding();
          expect(holding.filter((lease) => lost.has(lease))).toEqual([]);
          for (const lease of fleet.issued) if (!holding.includes(lease)) lost.add(lease);

          const issued = bySession(fleet.issued);
          for (const [n, tokens] of bySession(holding).entries()) {
            expect(issued[n]).toEqual([...(issued[n] ?? [])].sort((one, other) => one - other));
            if (tokens.length > 0) expect(tokens).toEqual(issued[n]?.slice(-1));
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('are renewed exactly while the fence accepts them, also after their term', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const fleet = await Fleet.create();
        for (const next of steps) {
          await fleet.take(next);
          const holding = await fleet.holding();
          const renewed = await Promise.all(RUNNERS.map((runner) => fleet.renew(runner)));

          expect(new Set(renewed.flat())).toEqual(new Set(holding));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('have one holder at a time when everything happens at once', async () => {
    const rounds = fc.array(fc.array(step, { minLength: 4, maxLength: 16, size: 'large' }), {
      minLength: 3,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(rounds, async (all) => {
        const fleet = await Fleet.create();
        for (const round of all) {
          await Promise.all(round.map((next) => fleet.take(next)));

          for (const tokens of bySession(await fleet.holding())) expect(tokens.length).toBeLessThanOrEqual(1);
        }
        for (const tokens of bySession(fleet.issued)) expect(new Set(tokens).size).toBe(tokens.length);
      }),
      { numRuns: 50 },
    );
  });
});
