import type { Lease } from '@syntropic/kernel';
import type { Pool } from 'pg';
import { renewLeases, userOf, type Renewal, type Renewed, type Speaker } from './renewals';
import { RunnerUsers } from './runner-users';
import {
  WORK_COLUMNS,
  type Capabilities,
  type Control,
  type FoundAgent,
  type HeldLimits,
  type NewWork,
  type Work,
  type WorkState,
} from './work';

/** A runner on the bus; `user` is null for a runner of an older build, or on a bus without users. */
export type RunnerAddress = Readonly<{ runner: string; user: string | null }>;

/** Queued work, and the runner that has its workspace, if any. */
export type OfferedWork = Pick<Work, 'sessionId' | 'backend'> & Readonly<{ keeper?: RunnerAddress | undefined }>;

/** Notifications of changed rows. They may be lost: runners and sweeper poll too. */
export type WorkSignals = Readonly<{
  /** There is work for this backend, and its keeper is to claim it first. */
  hint: (work: OfferedWork) => void;
  /** The control of one of this runner's sessions has changed. */
  wake: (runner: RunnerAddress) => void;
}>;

export type Claim = Capabilities &
  Speaker &
  Readonly<{
    /** Claims only this session. */
    sessionId?: string | undefined;
    /** Identifies the request: a request that is sent again gets the same work and token. */
    claimId?: string | undefined;
    /** Rises with each request of a runner: an older one takes nothing. Comes with a `claimId`. */
    number?: number | undefined;
  }>;

/**
 * The sessions that some runner can run: any of its providers in any of its backends, within the limits that these can
 * hold, with any of its secrets.
 */
export type RunnableSessions = Pick<Capabilities, 'backends' | 'providers'> &
  Readonly<{ secrets: readonly string[]; workspaces: Readonly<Partial<Record<string, HeldLimits>>> }>;

/** Work that a new control or the end of its execution has changed. */
export type AffectedWork = Readonly<{ sessionId: string; backend: string; state: WorkState }>;

type HeldWork = AffectedWork & Readonly<{ runner: string | null; user: string | null }>;

export const LEASE_MS = 15_000;

/** Long enough to bridge a short outage of the store; an execution that is started without a runner only waits. */
export const RUNNER_SEEN_MS = 60_000;

/**
 * Assigns sessions to runners. Every decision is one statement on `ops.work`, timed by the database's clock.
 * `asOf` is the position of the event that requests a change: a late request cannot undo that of a newer event.
 */
export class WorkQueue {
  readonly #users: RunnerUsers;

  constructor(
    private readonly pool: Pool,
    private readonly signals: WorkSignals,
    private readonly leaseMs = LEASE_MS,
  ) {
    this.#users = new RunnerUsers(pool);
  }

  /** Queues a leg of a session once: queueing the same or an earlier leg again changes nothing. */
  async enqueue(work: NewWork, asOf: number): Promise<void> {
    const { rows } = await this.pool.query<{ user: string | null }>(
      `insert into ops.work as w
         (session_id, execution_id, workflow_id, phase_id, attempt, leg, backend, provider, parked_on, as_of, secrets,
          has_checkpoint)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
       on conflict (session_id) do update
          set attempt = excluded.attempt, leg = excluded.leg, backend = excluded.backend, provider = excluded.provider,
              parked_on = excluded.parked_on, as_of = excluded.as_of, secrets = excluded.secrets,
              has_checkpoint = excluded.has_checkpoint, state = 'queued', control = 'run', runner = null,
              queued_at = clock_timestamp(), hinted_at = null, expires_at = null, closed_at = null
        where w.leg < excluded.leg
       returning ${userOf('w.parked_on')} as "user"`,
      [
        work.sessionId,
        work.executionId,
        work.workflowId,
        work.phaseId,
        work.attempt,
        work.leg,
        work.backend,
        work.provider,
        work.parkedOn,
        asOf,
        work.secrets ?? [],
        work.hasCheckpoint === true,
      ],
    );
    const { sessionId, backend, parkedOn: runner } = work;
    for (const { user } of rows) this.signals.hint({ sessionId, backend, ...(runner && { keeper: { runner, user } }) });
  }

  /**
   * Takes the oldest work that this runner can do, and raises its token. A numbered claim is answered once, also with nothing.
   * @throws DomainError `work.runner_of_other_user`
   */
  async claim({ user, ...claim }: Claim): Promise<Work | undefined> {
    if (user !== undefined) await this.#users.check(claim.runner, user);
    return this.#claim(claim);
  }

  async #claim({ runner, backends, providers, sessionId, claimId, number }: Claim): Promise<Work | undefined> {
    if (number !== undefined) {
      const { rows } = await this.pool.query<Work>(
        `select ${WORK_COLUMNS} from ops.claim_numbered_work($1, $2, $3, $4, $5, $6 * interval '1 ms') w`,
        [runner, backends, providers, claimId, number, this.leaseMs],
      );
      return rows[0];
    }
    const { rows } = await this.pool.query<Work>(
      `select ${WORK_COLUMNS} from ops.claim_work($1, $2, $3, $4, $5, $6 * interval '1 ms') w`,
      [runner, backends, providers, sessionId, claimId, this.leaseMs],
    );
    return rows[0];
  }

  /**
   * Renews a runner's leases, also expired ones whose work no other runner has taken, and records its capabilities and its user. Results are in order.
   * @throws DomainError `work.runner_of_other_user`
   */
  renew(renewal: Renewal): Promise<Renewed> {
    return renewLeases(this.pool, this.leaseMs, renewal);
  }

  /**
   * Returns work as ended, parked on the runner's disk, or not started. False when the lease was no longer held.
   * Work that could not start stays queued, and the sweeper hints at it later: a hint at once would repeat for ever.
   */
  async release({ sessionId, token }: Lease, as: 'closed' | 'parked' | 'queued'): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `with released as (
         update ops.work w
            set state = $3, expires_at = null,
                hinted_at = case $3 when 'queued' then clock_timestamp() end,
                closed_at = case $3 when 'closed' then clock_timestamp() end,
                parked_on = case $3 when 'parked' then w.runner when 'queued' then w.parked_on end
          where w.session_id = $1 and w.token = $2 and w.state = 'leased'
         returning w.session_id
       )
       select from released union all
       select from ops.work w where w.session_id = $1 and w.token = $2 and w.state = $3`,
      [sessionId, token, as],
    );
    return rowCount !== null && rowCount > 0;
  }

  /** True while the lease is valid, and of a session of this execution. */
  async holds({ sessionId, token }: Lease, executionId: string): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `select from ops.work w where w.session_id = $1 and w.token = $2 and w.state = 'leased' and w.execution_id = $3`,
      [sessionId, token, executionId],
    );
    return rowCount === 1;
  }

  /** Sets the control of all sessions of an execution, and wakes the runners that hold one. Queued work waits until it may run. */
  async setControl(executionId: string, control: Control, asOf: number): Promise<readonly AffectedWork[]> {
    const affected = await this.#affect(
      `set control = $3, as_of = $2,
           queued_at = case when w.control in ('pause', 'park') then clock_timestamp() else w.queued_at end`,
      [executionId, asOf, control],
    );
    const mayRun = control === 'run' ? affected.filter(({ state }) => state === 'queued') : [];
    for (const work of mayRun) this.signals.hint(work);
    return affected;
  }

  /** Records that there is a message for the execution's sessions, and wakes the runners that hold one. */
  async announceMessage(executionId: string, asOf: number): Promise<readonly AffectedWork[]> {
    return this.#affect(`set messages = greatest(w.messages, $2)`, [executionId, asOf]);
  }

  /**
   * Ends all work of an execution: its leases are refused from now on, and runners discard its parked workspaces, except those of the
   * kept sessions. A session may be kept before its runner has released it as parked.
   */
  async closeExecution(
    executionId: string,
    asOf: number,
    kept: readonly string[] = [],
  ): Promise<readonly AffectedWork[]> {
    return this.#affect(
      `set state = 'closed', closed_at = clock_timestamp(), as_of = $2, expires_at = null,
           parked_on = case when w.session_id = any($3::uuid[]) then coalesce(w.parked_on, w.runner) end`,
      [executionId, asOf, kept],
    );
  }

  /** The capabilities of all present runners, busy or not. */
  async capabilities(): Promise<readonly RunnableSessions[]> {
    const { rows } = await this.pool.query<RunnableSessions>(
      `select distinct backends, providers, secrets, workspaces from ops.runners
        where slots > 0 and seen_at > clock_timestamp() - $1 * interval '1 ms'`,
      [RUNNER_SEEN_MS],
    );
    return rows;
  }

  /** The programs of agents that present runners have looked for, of each runner by provider. */
  async foundAgents(): Promise<readonly Readonly<Record<string, FoundAgent>>[]> {
    const { rows } = await this.pool.query<{ agents: Record<string, FoundAgent> }>(
      `select distinct agents from ops.runners where seen_at > clock_timestamp() - $1 * interval '1 ms'`,
      [RUNNER_SEEN_MS],
    );
    return rows.map(({ agents }) => agents);
  }

  async #affect(change: string, values: readonly [string, number, ...unknown[]]): Promise<AffectedWork[]> {
    const { rows } = await this.pool.query<HeldWork>(
      `with affected as (
         select w.session_id, w.state from ops.work w
          where w.execution_id = $1 and w.as_of <= $2 and (w.state <> 'closed' or w.parked_on is not null)
          order by w.session_id for update
       )
       update ops.work w ${change} from affected where w.session_id = affected.session_id
       returning w.session_id as "sessionId", w.backend, affected.state, w.runner, ${userOf('w.runner')} as "user"`,
      [...values],
    );
    const holders = rows.flatMap(({ state, runner, user }) =>
      state === 'leased' && runner !== null ? [[runner, user] as const] : [],
    );
    for (const [runner, user] of new Map(holders)) this.signals.wake({ runner, user });
    return rows;
  }
}
