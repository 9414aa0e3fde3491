import { instant } from '@syntropic/postgres';
import type { Pool } from 'pg';
import type { FoundAgent } from './work';
import { RUNNER_SEEN_MS } from './work-queue';

/** The most rows of each list. */
const MOST = 500;

/** A runner that has been seen within a day. */
type SeenRunner = Readonly<{
  runner: string;
  seenAt: string;
  /** Whether work is given to it: it has renewed its leases within a minute. */
  isPresent: boolean;
  /** The sessions that it may run at the same time; 0 while it drains. */
  slots: number;
  running: number;
  /** Paused sessions whose workspaces it keeps without a slot. */
  parked: number;
  backends: readonly string[];
  providers: readonly string[];
  /** The programs that it has looked for, by provider. */
  agents: Readonly<Record<string, FoundAgent>>;
}>;

/** Sessions of one kind that no runner has taken yet. */
type QueuedSessions = Readonly<{
  backend: string;
  provider: string;
  sessions: number;
  oldestQueuedAt: string;
  /** Whether a runner that is present runs such sessions. */
  isServed: boolean;
}>;

/** Who runs sessions, and what waits to be run. Runners are the newest 500, queues the 500 that have waited longest. */
type WorkOverview = Readonly<{ runners: readonly SeenRunner[]; queued: readonly QueuedSessions[] }>;

const PRESENT = `seen_at > clock_timestamp() - $1 * interval '1 ms' and slots > 0`;

const RUNNERS = `
  with running as (select runner, count(*)::int as sessions from ops.work where state = 'leased' group by runner),
    parked as (select runner, count(*)::int as sessions from ops.work where state = 'parked' group by runner)
  select r.runner_id as runner, ${instant('r.seen_at')} as "seenAt", ${PRESENT} as "isPresent", r.slots,
    coalesce(running.sessions, 0) as running, coalesce(parked.sessions, 0) as parked, r.backends, r.providers, r.agents
  from ops.runners r
    left join running on running.runner = r.runner_id
    left join parked on parked.runner = r.runner_id
  where r.seen_at > clock_timestamp() - interval '1 day'
  order by r.seen_at desc, r.runner_id limit ${MOST}`;

const QUEUED = `
  select q.*, exists (
    select from ops.runners r where ${PRESENT} and q.backend = any (r.backends) and q.provider = any (r.providers)
  ) as "isServed"
  from (
    select backend, provider, count(*)::int as sessions, ${instant('min(queued_at)')} as "oldestQueuedAt"
    from ops.work where state = 'queued' group by backend, provider order by min(queued_at) limit ${MOST}
  ) q order by q."oldestQueuedAt", q.backend, q.provider`;

export async function workOverview(pool: Pool): Promise<WorkOverview> {
  const [{ rows: runners }, { rows: queued }] = await Promise.all([
    pool.query<SeenRunner>(RUNNERS, [RUNNER_SEEN_MS]),
    pool.query<QueuedSessions>(QUEUED, [RUNNER_SEEN_MS]),
  ]);
  return { runners, queued };
}
