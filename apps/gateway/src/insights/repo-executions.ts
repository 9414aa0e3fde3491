import { Injectable } from '@nestjs/common';
import { sessionProjection, type SessionRow } from '@syntropic/agent-sessions/read-model';
import { triggerFiringProjection } from '@syntropic/github/read-model';
import { executionProjection, type ExecutionRow } from '@syntropic/orchestration/read-model';
import { executionFailureProjection, repoExecutionProjection } from '@syntropic/organization/read-model';
import { instant } from '@syntropic/postgres';
import { Pool } from 'pg';

type Page<Row> = Readonly<{ rows: readonly Row[]; total: number }>;
type Limits = Readonly<{ limit: number; offset: number }>;

/** The most bytes of an error in a list. */
const SHOWN_ERROR = 1_000;

const SCOPE = `scope as (
  select started_at, execution_id, min(trigger_source) as trigger_source
  from ${repoExecutionProjection.table} where repository = any($1) and started_at >= $2::timestamptz group by 1, 2)`;

type Direction = 'asc' | 'desc';

/** Reads columns for the rows of one page: `found` has the id and the time of all. */
const pageOf = (columns: string, from: string, direction: Direction): string => `
  select (select count(*)::int from found) as total, coalesce((
    select json_agg(row) from (
      select ${columns}
      from (select * from found order by at ${direction}, id limit $3 offset $4) page join ${from}
      order by page.at ${direction}, page.id) row), '[]') as rows`;

const EXECUTIONS = executionProjection.table;
const ofExecution = `${EXECUTIONS} t on t.execution_id = page.id`;
const identity = 't.execution_id, t.workflow_id, left(t.workflow_name, 255) as workflow_name';

/** The event of the start does not name the rule, whose history does. */
const TRIGGER_SOURCE = `case when exists (select from ${triggerFiringProjection.table} f where f.execution_id = page.id)
  then 'trigger' else trigger_source end as trigger_source`;

const activity = (direction: Direction): string => `
  with ${SCOPE}, found as (
    select execution_id as id, started_at as at, trigger_source from scope
    where exists (select from ${EXECUTIONS} t where t.execution_id = scope.execution_id))
  ${pageOf(
    `${identity}, t.status, ${TRIGGER_SOURCE},
     ${instant('t.started_at')} as started_at, ${instant('t.completed_at')} as completed_at`,
    ofExecution,
    direction,
  )}`;

const phaseOf = (field: string): string => `(
  select left(phase->>'${field}', 255) from jsonb_array_elements(t.detail->'phases') phase
  where phase->>'phaseId' = phase_id limit 1)`;

const FAILURES = `
  with ${SCOPE}, found as (
    select execution_id as id, t.completed_at as at from scope join ${EXECUTIONS} t using (execution_id)
    where t.status = 'failed')
  ${pageOf(
    `${identity}, ${instant('t.completed_at')} as failed_at,
     left(coalesce(t.error_message, ''), ${SHOWN_ERROR}) as error_message, coalesce(error_type, '') as error_type,
     ${phaseOf('name')} as phase_name, ${phaseOf('sessionId')} as session_id`,
    `${ofExecution} left join ${executionFailureProjection.table} failure on failure.execution_id = page.id`,
    'desc',
  )}`;

const SESSIONS = `
  with ${SCOPE}, found as (
    select session_id as id, t.started_at as at from scope join ${sessionProjection.table} t using (execution_id))
  ${pageOf(
    `session_id, execution_id, status, provider, detail->'usage' as usage,
     ${instant('t.started_at')} as started_at, ${instant('t.completed_at')} as completed_at`,
    `${sessionProjection.table} t on t.session_id = page.id`,
    'desc',
  )}`;

export type ActivityRow = Readonly<
  Pick<ExecutionRow, 'execution_id' | 'workflow_id' | 'workflow_name' | 'status' | 'started_at' | 'completed_at'> & {
    trigger_source: string;
  }
>;

export type FailureRow = Readonly<
  Pick<ExecutionRow, 'execution_id' | 'workflow_id' | 'workflow_name'> & {
    failed_at: string | null;
    error_message: string;
    error_type: string;
    phase_name: string | null;
    session_id: string | null;
  }
>;

export type RepoSessionRow = Readonly<
  Pick<SessionRow, 'session_id' | 'execution_id' | 'status' | 'provider' | 'started_at' | 'completed_at'> & {
    usage: SessionRow['detail']['usage'];
  }
>;

/** The executions that name some repositories, and their sessions, in pages with their total. */
@Injectable()
export class RepoExecutions {
  constructor(private readonly pool: Pool) {}

  newest(repositories: readonly string[], limits: Limits): Promise<Page<ActivityRow>> {
    return this.#page('repo-activity', activity('desc'), { repositories, ...limits });
  }

  /** Oldest first, of those that have started since then. */
  oldest(repositories: readonly string[], since: string, limits: Limits): Promise<Page<ActivityRow>> {
    return this.#page('repo-history', activity('asc'), { repositories, since, ...limits });
  }

  failures(repositories: readonly string[], limits: Limits): Promise<Page<FailureRow>> {
    return this.#page('repo-failures', FAILURES, { repositories, ...limits });
  }

  sessions(repositories: readonly string[], limits: Limits): Promise<Page<RepoSessionRow>> {
    return this.#page('repo-sessions', SESSIONS, { repositories, ...limits });
  }

  async #page<Row>(
    name: string,
    text: string,
    query: Limits & Readonly<{ repositories: readonly string[]; since?: string }>,
  ): Promise<Page<Row>> {
    const { repositories, since = '-infinity', limit, offset } = query;
    const { rows } = await this.pool.query<Page<Row>>({ name, text, values: [repositories, since, limit, offset] });
    return rows[0] ?? { rows: [], total: 0 };
  }
}
