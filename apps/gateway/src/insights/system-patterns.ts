import { Injectable } from '@nestjs/common';
import { executionProjection } from '@syntropic/orchestration/read-model';
import { executionFailureProjection, repoExecutionProjection } from '@syntropic/organization/read-model';
import { instant } from '@syntropic/postgres';
import { Pool } from 'pg';

/** The most patterns, outliers, and repositories of one of them. */
const SHOWN = 50;
const SHOWN_ERROR = 500;
/** How many times the median is far. */
const FAR = 3;

const NAMED = `
  select execution_id, repository from ${repoExecutionProjection.table}
  where repository = any($1) and started_at >= $2::timestamptz`;

/** Texts that differ only in numbers and hexadecimal ids are the same. */
const patternOf = (text: string): string => `regexp_replace(${text}, '[0-9a-f]{8,}|[0-9]+', '#', 'gi')`;

const FAILURES = `
  with failed as (
    select t.execution_id, repository, t.completed_at, coalesce(error_type, '') as error_type,
      left(coalesce(t.error_message, ''), ${SHOWN_ERROR}) as message
    from (${NAMED}) named join ${executionProjection.table} t using (execution_id)
    left join ${executionFailureProjection.table} using (execution_id)
    where t.status = 'failed')
  select error_type, (array_agg(message order by completed_at desc))[1] as error_message,
    count(distinct execution_id)::int as occurrence_count, (array_agg(distinct repository))[1:${SHOWN}] as repositories,
    ${instant('min(completed_at)')} as first_seen, ${instant('max(completed_at)')} as last_seen
  from failed
  group by error_type, ${patternOf('message')}
  order by occurrence_count desc, error_type, error_message limit ${SHOWN}`;

const OUTLIERS = `
  with priced as (
    select t.execution_id, left(t.workflow_name, 255) as workflow_name, t.cost_usd, t.started_at,
      (array_agg(repository order by repository))[1:${SHOWN}] as repositories
    from (${NAMED}) named join ${executionProjection.table} t using (execution_id)
    where t.status in ('completed', 'failed', 'cancelled') and t.cost_usd > 0
    group by t.execution_id),
  middle as (select percentile_disc(0.5) within group (order by cost_usd) as median from priced)
  select execution_id, workflow_name, repositories, cost_usd::text, median::text as median_cost_usd,
    (cost_usd / median)::float8 as deviation_factor, ${instant('started_at')} as executed_at
  from priced, middle where cost_usd > ${FAR} * median
  order by cost_usd desc, execution_id limit ${SHOWN}`;

type FailurePattern = Readonly<{
  error_type: string;
  error_message: string;
  occurrence_count: number;
  repositories: readonly string[];
  first_seen: string;
  last_seen: string;
}>;

type CostOutlier = Readonly<{
  execution_id: string;
  workflow_name: string;
  repositories: readonly string[];
  cost_usd: string;
  median_cost_usd: string;
  deviation_factor: number;
  executed_at: string;
}>;

/** Recurring failures and unusual costs among the executions that name some repositories. */
@Injectable()
export class SystemPatterns {
  constructor(private readonly pool: Pool) {}

  async failures(repositories: readonly string[], since: string): Promise<readonly FailurePattern[]> {
    const query = { name: 'failure-patterns', text: FAILURES, values: [repositories, since] };
    return (await this.pool.query<FailurePattern>(query)).rows;
  }

  async outliers(repositories: readonly string[], since: string): Promise<readonly CostOutlier[]> {
    const query = { name: 'cost-outliers', text: OUTLIERS, values: [repositories, since] };
    return (await this.pool.query<CostOutlier>(query)).rows;
  }
}
