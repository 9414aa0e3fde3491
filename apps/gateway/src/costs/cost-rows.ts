import { Injectable } from '@nestjs/common';
import { sessionProjection } from '@syntropic/agent-sessions/read-model';
import { addBoundedUsd, MAX_USD, NO_USAGE, UNKNOWN_USAGE, type Usage, type Usd } from '@syntropic/kernel';
import { executionProjection } from '@syntropic/orchestration/read-model';
import { instant, type ListPlace } from '@syntropic/postgres';
import { pageStatement, ReadModels, type Page } from '@syntropic/projections';
import { TelemetryReader } from '@syntropic/telemetry';
import { Pool } from 'pg';
import { knownCost } from '../display/usage-fields';
import type { ApiRequest } from '../http/endpoint';
import { UsageNow, type Accounted } from '../executions/usage-now';
import type { CostedExecution, CostedSession, CostedSessions } from './cost-views';

type Query = Readonly<{
  execution_id?: string | undefined;
  workflow_id?: string | undefined;
  started_after?: string | undefined;
  started_before?: string | undefined;
}>;

type WithUsage<Row> = Row & Readonly<{ usage: Usage }>;

const SESSIONS = sessionProjection.table;

/** The most sessions that an execution names. */
const NAMED_SESSIONS = 1_000;

/** Only telemetry knows what these have used. Two conditions, because each has its index. */
const RUNNING = `status = 'running'`;
const LOST = `not cost_complete and total_tokens = 0 and detail->'usage'->'byModel' = '{}'`;

/** The cost without the models whose price is unknown. */
const KNOWN_COST = `coalesce(cost_usd, (
  select sum((model.value->>'costUsd')::numeric) from jsonb_each(detail->'usage'->'byModel') model), 0)`;

const shownOf = (more: string): string => `t.execution_id, t.workflow_id, t.status,
  ${instant('t.started_at')} as started_at, ${instant('t.completed_at')} as completed_at, ${more}`;

const SESSION_COST = shownOf(`t.session_id, t.phase_id, t.detail->'usage' as usage`);

const EXECUTION_COST = shownOf(`jsonb_build_object(
  'usage', t.detail->'usage', 'unaccounted', t.detail->'unaccounted', 'phases', (
    select coalesce(jsonb_agg(jsonb_build_object('status', phase->'status', 'sessionId', phase->'sessionId')), '[]')
    from jsonb_array_elements(t.detail->'phases') phase)) as detail`);

/** Newest first, of the executions or sessions that the query names. */
const listOf = ({ execution_id, workflow_id, started_after, started_before }: Query, place: ListPlace) =>
  ({
    where: {
      execution_id,
      workflow_id,
      started_at: { '>=': started_after, '<=': started_before },
    },
    orderBy: [['started_at', 'desc']],
    ...place,
  }) as const;

const BY_PHASE = `
  select execution_id, phase_id, count(*)::int as sessions, least(sum(${KNOWN_COST}), ${MAX_USD})::text as cost,
    coalesce(array_agg(session_id) filter (where ${RUNNING} or (${LOST})), '{}') as open
  from ${SESSIONS} where execution_id = any ($1) group by 1, 2 order by 1, min(started_at), 2`;

const OPEN = `
  select session_id, execution_id, workflow_id, phase_id, false as "isLost" from ${SESSIONS} where ${RUNNING}
  union all
  select session_id, execution_id, workflow_id, phase_id, true from ${SESSIONS} where status <> 'running' and ${LOST}`;

const COSTLIEST = `
  select session_id, execution_id, workflow_id, phase_id, cost_usd::text as cost, total_tokens as tokens
  from ${SESSIONS} where cost_usd is not null order by cost_usd desc limit $1`;

type PhaseRow = Readonly<{ execution_id: string; phase_id: string; sessions: number; cost: Usd; open: string[] }>;

type SessionIds = Readonly<Pick<CostedSession, 'session_id' | 'execution_id' | 'workflow_id' | 'phase_id'>>;
export type CostlySession = SessionIds & Readonly<{ cost: Usd; tokens: number }>;
type OpenSession = SessionIds & Readonly<{ isLost: boolean }>;

/** Sessions whose usage is asked for at once. */
const BATCH = 500;

/** Reads what sessions and executions have used, from their read models and, where these have no account yet, from telemetry. */
@Injectable()
export class CostRows {
  constructor(
    private readonly pool: Pool,
    private readonly usage: UsageNow,
    private readonly telemetry: TelemetryReader,
    private readonly reads: ReadModels,
  ) {}

  /** Waits until the read models include the position that the request has seen. */
  async reached({ minPosition }: Pick<ApiRequest, 'minPosition'>): Promise<void> {
    if (minPosition) await this.reads.reached([sessionProjection, executionProjection], minPosition);
  }

  async sessions(query: Query, place: ListPlace): Promise<Page<WithUsage<CostedSession>>> {
    const { rows, ...page } = await this.#page<WithUsage<CostedSession>>(
      pageStatement(sessionProjection, listOf(query, place), SESSION_COST),
    );
    const usages = await this.usage.ofSessions(rows);
    return { rows: rows.map((row, index) => ({ ...row, usage: usages[index] ?? row.usage })), ...page };
  }

  async executions(query: Query, place: ListPlace): Promise<Page<WithUsage<CostedExecution>>> {
    const { rows, ...page } = await this.#page<CostedExecution & Accounted>(
      pageStatement(executionProjection, listOf(query, place), EXECUTION_COST),
    );
    const usages = await this.usage.ofEach(rows);
    return { rows: rows.map((row, index) => ({ ...row, usage: usages[index] ?? row.detail.usage })), ...page };
  }

  /** The sessions of each execution, with the costs of its phases over all attempts. */
  async sessionsOf(executionIds: readonly string[]): Promise<ReadonlyMap<string, CostedSessions>> {
    const { rows } = await this.pool.query<PhaseRow>(BY_PHASE, [executionIds]);
    const open = await this.telemetry.usageOfSessions(rows.flatMap((row) => row.open));
    const found = new Map<string, { count: number; ids: readonly string[]; byPhase: Map<string, Usd> }>();
    for (const row of rows) {
      const execution = found.get(row.execution_id) ?? { count: 0, ids: [], byPhase: new Map<string, Usd>() };
      const costs = row.open.flatMap((session) => open.get(session) ?? []).map(knownCost);
      execution.count += row.sessions;
      execution.byPhase.set(row.phase_id, costs.reduce(addBoundedUsd, addBoundedUsd('0', row.cost)));
      found.set(row.execution_id, execution);
    }
    return found;
  }

  /** The first sessions of an execution, with their present usage. */
  async usageOfSessions(executionId: string): Promise<readonly WithUsage<CostedSession>[]> {
    const { rows } = await this.sessions({ execution_id: executionId }, { limit: NAMED_SESSIONS });
    return rows;
  }

  /** The sessions that run or were lost, with what telemetry knows of them, batch by batch. */
  async *open(): AsyncGenerator<readonly WithUsage<OpenSession>[]> {
    const { rows } = await this.pool.query<OpenSession>(OPEN);
    for (let from = 0; from < rows.length; from += BATCH) {
      const batch = rows.slice(from, from + BATCH);
      const usages = await this.telemetry.usageOfSessions(batch.map(({ session_id }) => session_id));
      yield batch.map((row) => ({
        ...row,
        usage: usages.get(row.session_id) ?? (row.isLost ? UNKNOWN_USAGE : NO_USAGE),
      }));
    }
  }

  /** The sessions with an account that cost most. */
  async costliest(most: number): Promise<readonly CostlySession[]> {
    const { rows } = await this.pool.query<CostlySession>(COSTLIEST, [most]);
    return rows.map((row) => ({ ...row, cost: addBoundedUsd('0', row.cost) }));
  }

  async #page<Row>(statement: ReturnType<typeof pageStatement>): Promise<Page<Row>> {
    const { rows } = await this.pool.query<Page<Row>>(statement);
    return rows[0] ?? { rows: [], total: 0, next: null };
  }
}
