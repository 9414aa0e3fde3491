import { Injectable } from '@nestjs/common';
import { sessionProjection, type SessionRow } from '@syntropic/agent-sessions/read-model';
import { triggerFiringProjection } from '@syntropic/github/read-model';
import { executionProjection, type ExecutionRow } from '@syntropic/orchestration/read-model';
import {
  executionFailureProjection,
  repoExecutionProjection,
  repoSessionProjection,
} from '@syntropic/organization/read-model';
import { cutPage, instant, ListOrder, type ListPlace, type Ordered, type OrderValues } from '@syntropic/postgres';
import { Pool } from 'pg';

type Page<Row> = Readonly<{ rows: readonly Row[]; total: number; next: OrderValues | null }>;

/** The most bytes of an error in a list. */
const SHOWN_ERROR = 1_000;

const NAMED = repoExecutionProjection.table;

/** An execution names a repository once, and may name several of a scope. */
const scopeOf = (isOne: boolean): string =>
  isOne
    ? `scope as not materialized (
        select started_at, execution_id from ${NAMED} where repository = ($1::text[])[1] and started_at >= $2::timestamptz)`
    : `scope as (
        select distinct started_at, execution_id from ${NAMED} where repository = any($1) and started_at >= $2::timestamptz)`;

const COUNTED = '(select count(*)::int from found)';

/** The kept count of one repository, for all times. */
const keptIn = (table: string, otherwise: string): string => `coalesce((
  select rows::int from read.row_counts
  where $2::timestamptz = '-infinity' and cardinality($1::text[]) = 1
    and relation = '${table}' and columns = 'repository' and value = to_jsonb($1::text[])), ${otherwise})`;

/** The order of `found`, which has the time and the id of all rows. */
const inOrder = (direction: 'asc' | 'desc', isNullable = false) =>
  new ListOrder([
    { sql: 'at', type: 'timestamp with time zone', direction, isNullable },
    { sql: 'id', type: 'text', direction },
  ]);

const NEWEST = inOrder('desc');
const OLDEST = inOrder('asc');
const LAST_ENDED = inOrder('desc', true);

/** The statement of a list: `found`, and what is read for the rows of one page of it, and one more. */
type ListSql = Readonly<{ found: string; order: ListOrder; columns: string; from: string; total: string }>;

const statementOf = (
  { found, order, columns, from, total }: ListSql,
  page: ReturnType<ListOrder['pageOf']>,
): string => `
  with ${found}
  select ${total} as total, coalesce((
    select json_agg(row) from (
      select ${columns}, ${order.values} as order_values
      from (select * from found where ${page.condition} ${page.range}) page join ${from}
      order by ${order.forwards}) row), '[]') as rows`;

const EXECUTIONS = executionProjection.table;
const ofExecution = `${EXECUTIONS} t on t.execution_id = page.id`;
const identity = 't.execution_id, t.workflow_id, left(t.workflow_name, 255) as workflow_name';

/** The event of the start does not name the rule, whose history does. */
const TRIGGER_SOURCE = `case when exists (select from ${triggerFiringProjection.table} f where f.execution_id = page.id)
  then 'trigger' else (select trigger_source from ${NAMED} r where r.execution_id = page.id limit 1) end as trigger_source`;

const activity = (order: ListOrder, isOne: boolean): ListSql => ({
  found: `${scopeOf(isOne)}, found as ${isOne ? 'not materialized' : ''} (
    select execution_id as id, started_at as at from scope)`,
  order,
  columns: `${identity}, t.status, ${TRIGGER_SOURCE},
     ${instant('t.started_at')} as started_at, ${instant('t.completed_at')} as completed_at`,
  from: ofExecution,
  total: keptIn(NAMED, COUNTED),
});

const phaseOf = (field: string): string => `(
  select left(phase->>'${field}', 255) from jsonb_array_elements(t.detail->'phases') phase
  where phase->>'phaseId' = phase_id limit 1)`;

const failures: ListSql = {
  found: `${scopeOf(true)}, found as (
    select execution_id as id, t.completed_at as at from scope join ${EXECUTIONS} t using (execution_id)
    where t.status = 'failed')`,
  order: LAST_ENDED,
  columns: `${identity}, ${instant('t.completed_at')} as failed_at,
     left(coalesce(t.error_message, ''), ${SHOWN_ERROR}) as error_message, coalesce(error_type, '') as error_type,
     ${phaseOf('name')} as phase_name, ${phaseOf('sessionId')} as session_id`,
  from: `${ofExecution} left join ${executionFailureProjection.table} failure on failure.execution_id = page.id`,
  total: COUNTED,
};

const sessions: ListSql = {
  found: `found as not materialized (
    select session_id as id, started_at as at from ${repoSessionProjection.table}
    where repository = ($1::text[])[1] and started_at >= $2::timestamptz)`,
  order: NEWEST,
  columns: `session_id, execution_id, status, provider, detail->'usage' as usage,
     ${instant('t.started_at')} as started_at, ${instant('t.completed_at')} as completed_at`,
  from: `${sessionProjection.table} t on t.session_id = page.id`,
  total: keptIn(repoSessionProjection.table, '0'),
};

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

  newest(repositories: readonly string[], place: ListPlace): Promise<Page<ActivityRow>> {
    return this.#page(activity(NEWEST, repositories.length === 1), { repositories, place });
  }

  /** Oldest first, of those that have started since then. */
  oldest(repositories: readonly string[], since: string, place: ListPlace): Promise<Page<ActivityRow>> {
    return this.#page(activity(OLDEST, repositories.length === 1), { repositories, since, place });
  }

  failures(repository: string, place: ListPlace): Promise<Page<FailureRow>> {
    return this.#page(failures, { repositories: [repository], place });
  }

  sessions(repository: string, place: ListPlace): Promise<Page<RepoSessionRow>> {
    return this.#page(sessions, { repositories: [repository], place });
  }

  async #page<Row extends object>(
    list: ListSql,
    {
      repositories,
      since = '-infinity',
      place,
    }: Readonly<{ repositories: readonly string[]; since?: string; place: ListPlace }>,
  ): Promise<Page<Row>> {
    const values: unknown[] = [repositories, since];
    const text = statementOf(
      list,
      list.order.pageOf(place, (value) => `$${values.push(value)}`),
    );
    const { rows } = await this.pool.query<Readonly<{ rows: readonly (Row & Ordered)[]; total: number }>>(text, values);
    const [{ rows: found, total } = { rows: [], total: 0 }] = rows;
    return { ...cutPage(found, place.limit), total };
  }
}
