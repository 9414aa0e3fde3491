import { Injectable } from '@nestjs/common';
import { executionProjection, workspaceProjection } from '@syntropic/orchestration/read-model';
import { cutPage, instant, ListOrder, type ListPlace, type Ordered, type OrderValues } from '@syntropic/postgres';
import { ReadModels } from '@syntropic/projections';
import { Pool } from 'pg';
import type { z } from 'zod';
import type { ApiRequest } from '../http/endpoint';
import type { WorkspaceMetricsQuery, WorkspaceMetricsSummary } from './workspace-metrics.dto';

type Shown = z.output<typeof WorkspaceMetricsSummary>;
type Summary = Omit<Shown, 'window_hours' | 'error_rate' | 'workspaces'> &
  Readonly<{ workspaces: readonly (Shown['workspaces'][number] & Ordered)[] }>;
type Listed = Readonly<{ summary: Shown; next: OrderValues | null }>;

const LIFETIME = '1000 * extract(epoch from terminated_at - created_at)::float8';

const countsBy = (column: string): string => `coalesce((
  select jsonb_object_agg(name, number) from (select ${column} as name, count(*)::int as number from found group by 1) counted), '{}')`;

const NEWEST_FIRST = new ListOrder([
  { sql: 'found.created_at', type: 'timestamp with time zone', direction: 'desc' },
  { sql: 'found.workspace_id', type: 'text', direction: 'desc' },
]);

const summaryOf = ({ condition, range }: ReturnType<ListOrder['pageOf']>): string => `
  with found as (
    select w.*, e.workflow_id from ${workspaceProjection.table} w
    left join ${executionProjection.table} e using (execution_id)
    where w.created_at >= clock_timestamp() - make_interval(hours => $1)
      and ($2::text is null or e.workflow_id = $2) and ($3::text is null or session_id = $3) and ($4::text is null or backend = $4))
  select count(*)::int as total_workspaces, ${countsBy('backend')} as workspaces_by_backend,
    ${countsBy('status')} as workspaces_by_status,
    coalesce(avg(create_duration_ms), 0)::float8 as avg_create_duration_ms,
    coalesce(percentile_disc(0.95) within group (order by create_duration_ms), 0)::float8 as p95_create_duration_ms,
    coalesce(avg(${LIFETIME}), 0)::float8 as avg_total_lifetime_ms,
    count(*) filter (where status = 'failed')::int as error_count,
    coalesce((select json_agg(page) from (
      select workspace_id, execution_id, workflow_id, phase_id, session_id, backend, runner, status, create_duration_ms,
        ${LIFETIME} as total_lifetime_ms, ${instant('created_at')} as created_at, ${instant('terminated_at')} as terminated_at,
        ${NEWEST_FIRST.values} as order_values
      from found where ${condition} ${range}) page), '[]') as workspaces
  from found`;

/** How long workspaces took to create, how long they lived, and how they ended. */
@Injectable()
export class WorkspaceMetricsReader {
  constructor(
    private readonly pool: Pool,
    private readonly reads: ReadModels,
  ) {}

  async summary(
    { window_hours, workflow_id, session_id, backend }: z.output<typeof WorkspaceMetricsQuery>,
    place: ListPlace,
    { minPosition }: Pick<ApiRequest, 'minPosition'>,
  ): Promise<Listed> {
    if (minPosition) await this.reads.reached([workspaceProjection, executionProjection], minPosition);
    const values: unknown[] = [window_hours, workflow_id ?? null, session_id ?? null, backend ?? null];
    const text = summaryOf(NEWEST_FIRST.pageOf(place, (value) => `$${values.push(value)}`));
    const { rows } = await this.pool.query<Summary>(text, values);
    const [found] = rows;
    if (!found) throw new Error('a sum without groups has one row');
    const error_rate = found.total_workspaces === 0 ? 0 : found.error_count / found.total_workspaces;
    const { rows: workspaces, next } = cutPage(found.workspaces, place.limit);
    return { summary: { ...found, workspaces: [...workspaces], error_rate, window_hours }, next };
  }
}
