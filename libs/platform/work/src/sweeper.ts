import { setTimeout as pause } from 'node:timers/promises';
import { DomainError } from '@syntropic/kernel';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { LEASE_MS } from './work-queue';
import { WORK_COLUMNS, type Work } from './work';

/** Work that nobody has taken for a while. */
export type WaitingWork = Pick<Work, 'sessionId' | 'backend' | 'provider'> & Readonly<{ parkedOn: string | null }>;

export type SweeperOptions = Readonly<{
  /**
   * Tells the log that whoever held this work is gone; (sessionId, token) names the loss. Called until it answers,
   * so more than once now and then. A `DomainError` is an answer.
   */
  onLost: (work: Work) => Promise<unknown>;
  /** Whether this answer to `onLost` says that nobody had begun the work, and it waits for a runner as before. */
  stillWaits?: (refusal: DomainError) => boolean;
  /** Tells the log that no runner has taken this work in time; (sessionId, leg) names the wait. Called like `onLost`. */
  onQueueTimeout: (work: Work) => Promise<unknown>;
  hint: (work: WaitingWork) => void;
  /** Whether a runner's renewal could reach us now, as far as we can tell: false while the bus is away. */
  inService: () => boolean;
  log: Pick<Logger, 'warn'>;
  leaseMs?: number;
  queueTimeoutMs?: number;
  hintAgainMs?: number;
}>;

const CLOSED = `state = 'closed', closed_at = clock_timestamp()`;
/** Only a later leg has a workspace that it must go back to. */
const QUEUED_AGAIN = `
  state = 'queued', queued_at = clock_timestamp(), hinted_at = null, parked_on = case when leg > 1 then parked_on end`;

const HINTS_AT_ONCE = 100;
const FORGOTTEN_AT_ONCE = 500;

/**
 * Looks after what nobody holds: hints again, reports what waits too long, expires leases, and forgets what is over.
 * Any number may run at once and each may die anywhere; one at a time is only cheaper.
 */
export class Sweeper {
  private readonly options: Required<SweeperOptions>;

  constructor(
    private readonly pool: Pool,
    options: SweeperOptions,
  ) {
    this.options = {
      stillWaits: () => false,
      leaseMs: LEASE_MS,
      queueTimeoutMs: 3_600_000,
      hintAgainMs: 5_000,
      ...options,
    };
  }

  /** Until the signal. Each duty goes at its own pace: a callback that hangs must not look like a break in service. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([
      this.keepAt(() => this.expireLeases(), signal),
      this.keepAt(() => this.reportLost(), signal),
      this.keepAt(() => this.reportWaiting(), signal),
      this.keepAt(() => this.hintAgain(), signal),
      this.keepAt(() => this.forget(), signal),
    ]);
  }

  /**
   * A lease is lost only after one full term in which it could have been renewed: a gap of a third of a lease between two
   * looks, whoever was away, begins the term anew. Renewals come far more often than that.
   */
  async expireLeases(): Promise<void> {
    const { leaseMs, inService } = this.options;
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
       update ops.work w set state = 'lost', token = w.token + 1, parked_on = w.runner, expires_at = null
         from expired where w.session_id = expired.session_id`,
      [leaseMs, inService()],
    );
  }

  /** Being lost is a state of the row, so whoever dies before the log has heard of it leaves the telling to the next. */
  async reportLost(): Promise<void> {
    const { rows } = await this.pool.query<Work>(`select ${WORK_COLUMNS} from ops.work w where w.state = 'lost'`);

    await this.each(rows, async (work) => {
      const refusal = await answered(this.options.onLost(work));
      const after = refusal && this.options.stillWaits(refusal) ? QUEUED_AGAIN : CLOSED;
      await this.pool.query(`update ops.work set ${after} where session_id = $1 and token = $2 and state = 'lost'`, [
        work.sessionId,
        work.token,
      ]);
    });
  }

  /** A wait during a pause does not count. The answer begins it anew: when the log has ended it, the work is closed from there. */
  async reportWaiting(): Promise<void> {
    const overdue = `state = 'queued' and control = 'run' and queued_at < clock_timestamp() - $1 * interval '1 ms'`;
    const { rows } = await this.pool.query<Work>(`select ${WORK_COLUMNS} from ops.work w where ${overdue}`, [
      this.options.queueTimeoutMs,
    ]);

    await this.each(rows, async (work) => {
      await answered(this.options.onQueueTimeout(work));
      await this.pool.query(
        `update ops.work set queued_at = clock_timestamp() where session_id = $2 and leg = $3 and ${overdue}`,
        [this.options.queueTimeoutMs, work.sessionId, work.leg],
      );
    });
  }

  async hintAgain(): Promise<void> {
    const { rows } = await this.pool.query<WaitingWork>(
      `update ops.work w set hinted_at = clock_timestamp()
        where w.session_id in (
          select q.session_id from ops.work q
           where q.state = 'queued' and q.control = 'run'
             and coalesce(q.hinted_at, q.queued_at) < clock_timestamp() - $1 * interval '1 ms'
           order by q.queued_at limit $2
           for update skip locked)
       returning w.session_id as "sessionId", w.backend, w.provider, w.parked_on as "parkedOn"`,
      [this.options.hintAgainMs, HINTS_AT_ONCE],
    );
    for (const work of rows) this.options.hint(work);
  }

  /**
   * Closed work is kept against whoever comes late: a week for the frozen, and as long as it takes for a process that has not come so far. Work that is parked
   * somewhere may be queued again, and its token must go on rising; so it stays until its execution is over.
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

  private async keepAt(duty: () => Promise<void>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await duty().catch((error: unknown) => {
        this.options.log.warn({ err: error }, 'sweeping work failed and is tried again');
      });
      await pause(this.options.leaseMs / 15, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One that fails is tried again in the next round, and holds up none of the others. */
  private async each(works: readonly Work[], tell: (work: Work) => Promise<void>): Promise<void> {
    await Promise.all(
      works.map(async (work) => {
        await tell(work).catch((error: unknown) => {
          this.options.log.warn({ err: error, sessionId: work.sessionId }, 'telling the log about work failed');
        });
      }),
    );
  }
}

/** A refusal is an answer: the log has heard, and knows better. */
async function answered(telling: Promise<unknown>): Promise<DomainError | undefined> {
  try {
    await telling;
    return undefined;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}
