import { repeat } from '@syntropic/async';
import { DomainError, isMalformed } from '@syntropic/kernel';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { LOST, userOf } from './renewals';
import { LEASE_MS, RUNNER_SEEN_MS } from './work-queue';
import { WORK_COLUMNS, type Work } from './work';

/** Work that has been queued for a while. */
export type WaitingWork = Pick<Work, 'sessionId' | 'backend' | 'provider'> &
  Readonly<{
    /** The only runner that can do it. */
    parkedOn: string | null;
    /** The NATS user of that runner. */
    user: string | null;
  }>;

export type SweeperOptions = Readonly<{
  /**
   * Records in the log that the runner of this work is gone; (sessionId, token) identifies the loss. Called until it resolves
   * or throws a `DomainError`, so sometimes more than once.
   */
  onLost: (work: Work) => Promise<unknown>;
  /** True for a refusal of `onLost` that means: the work had not begun, and is to be queued again. */
  stillWaits?: (refusal: DomainError) => boolean;
  /** Records in the log that no runner has taken this work in time; (sessionId, leg) identifies the wait. Called like `onLost`. */
  onQueueTimeout: (work: Work) => Promise<unknown>;
  hint: (work: WaitingWork) => void;
  /** False while renewals of runners cannot arrive here, because the bus is away. */
  inService: () => boolean;
  log: Pick<Logger, 'warn'>;
  leaseMs?: number;
  queueTimeoutMs?: number;
  hintAgainMs?: number;
}>;

const CLOSED = `state = 'closed', closed_at = clock_timestamp()`;
/** Only a later leg depends on the runner that keeps its workspace. */
const QUEUED_AGAIN = `
  state = 'queued', queued_at = clock_timestamp(), hinted_at = null, parked_on = case when leg > 1 then parked_on end`;

/** The only runner that the work waits for. */
const AWAITED = 'case when not q.has_checkpoint then q.parked_on end';

const HINTS_AT_ONCE = 100;
/** Work whose last hint is longest ago comes first, so that each waiting session is hinted at in turn. */
const HINT_AGAIN = `
  with free as (
    select r.runner_id, r.backends, r.providers, r.slots - count(w.session_id) as slots
      from ops.runners r left join ops.work w on w.runner = r.runner_id and w.state = 'leased'
     where r.seen_at > clock_timestamp() - $3 * interval '1 ms'
     group by r.runner_id
  ), due as (
    select q.session_id, q.backend, q.provider, ${AWAITED} as parked_on, coalesce(q.hinted_at, q.queued_at) as since,
           row_number() over (partition by q.backend, q.provider, ${AWAITED}
                              order by coalesce(q.hinted_at, q.queued_at), q.session_id) as ordinal
      from ops.work q
     where q.state = 'queued' and q.control = 'run'
       and coalesce(q.hinted_at, q.queued_at) < clock_timestamp() - $1 * interval '1 ms'
  ), chosen as (
    select due.session_id, due.parked_on from due
     where due.ordinal <= greatest(1, (
       select sum(free.slots) from free
        where free.slots > 0 and due.backend = any(free.backends) and due.provider = any(free.providers)
          and (due.parked_on is null or due.parked_on = free.runner_id)))
     order by due.since limit $2
  )
  update ops.work w set hinted_at = clock_timestamp() from chosen
   where w.session_id = chosen.session_id and w.state = 'queued'
     and coalesce(w.hinted_at, w.queued_at) < clock_timestamp() - $1 * interval '1 ms'
  returning w.session_id as "sessionId", w.backend, w.provider, chosen.parked_on as "parkedOn",
            ${userOf('chosen.parked_on')} as "user"`;

const FORGOTTEN_AT_ONCE = 500;

/**
 * Looks after work without a runner: hints again, reports work that waits too long, expires leases, and deletes closed work.
 * Several sweepers may run at once and may crash anywhere; one at a time is only cheaper.
 */
export class Sweeper {
  readonly #options: Required<SweeperOptions>;

  constructor(
    private readonly pool: Pool,
    options: SweeperOptions,
  ) {
    this.#options = {
      stillWaits: () => false,
      leaseMs: LEASE_MS,
      queueTimeoutMs: 3_600_000,
      hintAgainMs: 5_000,
      ...options,
    };
  }

  /** Runs every duty until the signal, each in a loop of its own: a callback that hangs must not look like a break in service. */
  async run(signal: AbortSignal): Promise<void> {
    const duties = [
      () => this.expireLeases(),
      () => this.reportLost(),
      () => this.reportWaiting(),
      () => this.hintAgain(),
      () => this.forget(),
    ];
    const onFault = (error: unknown) => {
      this.#options.log.warn({ err: error }, 'sweeping work failed and is tried again');
    };
    await Promise.all(duties.map((duty) => repeat(signal, { everyMs: this.#options.leaseMs / 15, onFault }, duty)));
  }

  /**
   * A lease is lost only after a full term in which it could have been renewed: a gap of a third of a lease between two
   * runs starts the term anew, whether store or sweeper was away. Renewals come far more often than that.
   */
  async expireLeases(): Promise<void> {
    const { leaseMs, inService } = this.#options;
    await this.pool.query(
      `with service as (
         update ops.lease_service
            set since = case when $2 and last > clock_timestamp() - $1 * interval '1 ms' / 3
                             then since else clock_timestamp() end,
                last = clock_timestamp()
         returning since, last
       ), expired as (
         select w.session_id from ops.work w, service
          where w.state = 'leased' and w.expires_at < service.last
            and service.since <= service.last - $1 * interval '1 ms'
          for update of w skip locked
       )
       update ops.work w set ${LOST}
         from expired where w.session_id = expired.session_id`,
      [leaseMs, inService()],
    );
  }

  /** The row stays `lost` until the log has recorded it, so the next sweeper repeats a report that a crash prevented. */
  async reportLost(): Promise<void> {
    const { rows } = await this.pool.query<Work>(`select ${WORK_COLUMNS} from ops.work w where w.state = 'lost'`);

    await this.#reportEach(rows, async (work) => {
      const refusal = await refusalOf(this.#options.onLost(work));
      const after = refusal && this.#options.stillWaits(refusal) ? QUEUED_AGAIN : CLOSED;
      await this.pool.query(`update ops.work set ${after} where session_id = $1 and token = $2 and state = 'lost'`, [
        work.sessionId,
        work.token,
      ]);
    });
  }

  /** Waiting during a pause does not count. A report starts the wait anew; if the log interrupts the phase, a process closes the work. */
  async reportWaiting(): Promise<void> {
    const overdue = `state = 'queued' and control = 'run' and queued_at < clock_timestamp() - $1 * interval '1 ms'`;
    const { rows } = await this.pool.query<Work>(`select ${WORK_COLUMNS} from ops.work w where ${overdue}`, [
      this.#options.queueTimeoutMs,
    ]);

    await this.#reportEach(rows, async (work) => {
      await refusalOf(this.#options.onQueueTimeout(work));
      await this.pool.query(
        `update ops.work set queued_at = clock_timestamp() where session_id = $2 and leg = $3 and ${overdue}`,
        [this.#options.queueTimeoutMs, work.sessionId, work.leg],
      );
    });
  }

  /**
   * Hints at no more work of a kind than its runners have free slots, because a runner claims again when a slot becomes free.
   * One hint per kind is sent in any case: a full runner may park a held session for it.
   */
  async hintAgain(): Promise<void> {
    const { rows } = await this.pool.query<WaitingWork>(HINT_AGAIN, [
      this.#options.hintAgainMs,
      HINTS_AT_ONCE,
      RUNNER_SEEN_MS,
    ]);
    for (const work of rows) this.#options.hint(work);
  }

  /**
   * Deletes closed work after a week, for runners that were frozen, and only when every process has read the event that closed it.
   * Parked work may be queued again, and its token must keep rising, so it stays until its execution is over.
   */
  async forget(): Promise<void> {
    await this.pool.query(
      `delete from ops.work where session_id in (
         select w.session_id from ops.work w
          where w.state = 'closed' and w.parked_on is null and w.closed_at < clock_timestamp() - interval '7 days'
            and not exists (select from ops.processes p where p.position < w.as_of)
          order by w.closed_at limit $1
          for update skip locked)`,
      [FORGOTTEN_AT_ONCE],
    );
    await this.pool.query(`delete from ops.runners where seen_at < clock_timestamp() - interval '1 day'`);
  }

  /** A failed report is repeated in the next run, and does not delay the others. */
  async #reportEach(works: readonly Work[], report: (work: Work) => Promise<void>): Promise<void> {
    await Promise.all(
      works.map(async (work) => {
        await report(work).catch((error: unknown) => {
          this.#options.log.warn(
            { err: error, sessionId: work.sessionId },
            'reporting work to the log failed and is tried again',
          );
        });
      }),
    );
  }
}

/** A refusal is final: the log has recorded something else already. */
async function refusalOf(report: Promise<unknown>): Promise<DomainError | undefined> {
  try {
    await report;
    return undefined;
  } catch (error) {
    if (error instanceof DomainError && !isMalformed(error)) return error;
    throw error;
  }
}
