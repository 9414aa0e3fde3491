import { DomainError, type Lease } from '@syntropic/kernel';
import type { Pool } from 'pg';
import type { Capabilities, Control, FoundAgent, HeldLimits } from './work';

/** The NATS user that speaks as the runner, where the bus vouches for it. */
export type Speaker = Readonly<{ user?: string | undefined }>;

export type Renewal = Capabilities &
  Speaker &
  Readonly<{
    slots: number;
    restoresCheckpoints?: boolean | undefined;
    /** The programs of agents that the runner has looked for, by provider. */
    agents?: Readonly<Record<string, FoundAgent>> | undefined;
    /** The names of the secrets that the runner offers to set-ups. */
    secrets?: readonly string[] | undefined;
    /** The limits that the runner can hold, by the kind of workspace. */
    workspaces?: Readonly<Record<string, HeldLimits>> | undefined;
    leases: readonly Lease[];
    /** Sessions with a workspace on the runner's disk. */
    parked?: readonly string[];
    /** The newest claim whose work is among the leases, or unknown to the runner. */
    claims?: number | undefined;
  }>;

export type Renewed = Readonly<{
  leases: readonly RenewedLease[];
  /** Parked sessions that will not be resumed. */
  discard: readonly string[];
  /** The highest number of a claim of this runner. */
  claims: number;
}>;

export type RenewedLease = Readonly<
  | { sessionId: string; held: true; control: Control; asOf: number; messages?: number }
  | { sessionId: string; held: false }
>;

/** The runner has gone, or does not know of the work: the log is told, and the work is closed or queued again. */
export const LOST = `state = 'lost', token = w.token + 1, parked_on = w.runner, expires_at = null`;

/**
 * Renews a runner's leases, also expired ones whose work no other runner has taken, and records its capabilities and its user. Results are in order.
 * @throws DomainError `work.runner_of_other_user`
 */
export async function renewLeases(pool: Pool, leaseMs: number, renewal: Renewal): Promise<Renewed> {
  const { runner, user, backends, providers, slots, agents = {}, secrets = [], leases, parked = [], claims } = renewal;
  const { restoresCheckpoints = false, workspaces = {} } = renewal;
  const { rows } = await pool.query<RenewedRow>(
    `with seen as (
       insert into ops.runners as r
         (runner_id, backends, providers, slots, seen_at, claims, nats_user, agents, secrets, restores_checkpoints, workspaces)
       values ($1, $2, $3, $4, clock_timestamp(), coalesce($8, 0), $9, $10, $11, $12, $13)
       on conflict (runner_id) do update
          set backends = excluded.backends, providers = excluded.providers, slots = excluded.slots,
              seen_at = excluded.seen_at, claims = greatest(r.claims, excluded.claims), agents = excluded.agents,
              secrets = excluded.secrets,
              restores_checkpoints = excluded.restores_checkpoints,
              workspaces = excluded.workspaces,
              nats_user = coalesce(r.nats_user, excluded.nats_user)
        where coalesce(r.nats_user = excluded.nats_user, true)
       returning r.claims
     ), requested as (
       select * from unnest($5::uuid[], $6::bigint[]) with ordinality as lease (session_id, token, ordinal)
     ), held as (
       select w.session_id, w.token from ops.work w join requested using (session_id, token)
        where w.runner = $1 and w.state = 'leased' and exists (select from seen)
        order by w.session_id for update of w
     ), renewed as (
       update ops.work w set expires_at = clock_timestamp() + $7 * interval '1 ms'
         from held where w.session_id = held.session_id
       returning w.session_id, w.token, w.control, w.as_of, w.messages
     ), unknown as (
       update ops.work w set ${LOST}
        where w.runner = $1 and w.state = 'leased' and w.claim_number <= $8 and exists (select from seen)
          and not exists (select from requested r where r.session_id = w.session_id and r.token = w.token)
     )
     select seen.claims, requested.session_id as "sessionId", renewed.control, renewed.as_of as "asOf", renewed.messages
       from seen left join requested on true left join renewed using (session_id, token)
      order by requested.ordinal`,
    [
      runner,
      backends,
      providers,
      slots,
      leases.map((lease) => lease.sessionId),
      leases.map((lease) => lease.token),
      leaseMs,
      claims,
      user,
      JSON.stringify(agents),
      secrets,
      restoresCheckpoints,
      JSON.stringify(workspaces),
    ],
  );
  if (rows.length === 0) throw ofOtherUser(runner);
  return { ...renewalOf(rows), discard: parked.length > 0 ? await unwanted(pool, runner, parked) : [] };
}

async function unwanted(pool: Pool, runner: string, parked: readonly string[]): Promise<string[]> {
  const { rows } = await pool.query<{ sessionId: string }>(
    `select kept.session_id as "sessionId" from unnest($2::uuid[]) as kept (session_id)
      where not exists (
        select from ops.work w where w.session_id = kept.session_id and w.parked_on = $1)`,
    [runner, parked],
  );
  return rows.map(({ sessionId }) => sessionId);
}

/** SQL for the user of the runner in that column. */
export const userOf = (column: string): string =>
  `(select r.nats_user from ops.runners r where r.runner_id = ${column})`;

export const ofOtherUser = (runner: string): DomainError =>
  new DomainError('work.runner_of_other_user', `${runner} is a runner of another user of the bus`, 'forbidden');

/** One row for each lease; a single one without a session when there are none. */
type RenewedRow = Readonly<
  { claims: number; sessionId: string | null } & (
    { control: Control; asOf: number; messages: number } | { control: null; messages: null }
  )
>;

const renewalOf = (rows: readonly RenewedRow[]): Pick<Renewed, 'leases' | 'claims'> => ({
  claims: rows[0]?.claims ?? 0,
  leases: rows.flatMap(({ claims: _, sessionId, messages, ...renewed }): RenewedLease[] => {
    if (sessionId === null) return [];
    if (!renewed.control) return [{ sessionId, held: false }];
    return [{ sessionId, held: true, ...renewed, ...(messages && { messages }) }];
  }),
});
