import { z } from 'zod';
import { pagesByOffset } from '../http/list-pages';
import { sizeUpTo } from '../http/query-values';

const DAY_HOURS = 24;
const MAX_WINDOW_HOURS = 87_600;

/** Usual windows: of health, history and patterns, and of costs. */
export const WEEK_HOURS = 7 * DAY_HOURS;
export const MONTH_HOURS = 30 * DAY_HOURS;

export const windowOf = (usual: number) => ({
  window_hours: sizeUpTo(MAX_WINDOW_HOURS, usual).meta({
    description: 'Counts executions that have started in these hours before now.',
  }),
});

export const pages = pagesByOffset(200, 50);

const usd = z.string().meta({ description: 'US dollars, decimal; without models whose price is unknown' });
const costComplete = z.boolean().meta({ description: 'False while a part is an estimate, or unknown.' });
const costs = z
  .record(z.string(), usd)
  .meta({ description: 'The costliest thousand; those beyond are together under `other`.' });

const cost = {
  total_cost_usd: usd,
  cost_complete: costComplete,
  total_tokens: z.int(),
  total_input_tokens: z.int(),
  total_output_tokens: z.int(),
  total_cache_creation_tokens: z.int(),
  total_cache_read_tokens: z.int(),
  cost_by_workflow: costs,
  cost_by_model: costs,
  execution_count: z.int(),
  window_hours: z.int(),
};

const costByRepo = costs.meta({
  description: 'An execution that names several repositories counts for each, so these may exceed the total.',
});

export const RepoHealth = z
  .object({
    repo_id: z.string(),
    repo_full_name: z.string(),
    status: z.enum(['inactive', 'healthy', 'degraded', 'failing']),
    total_executions: z.int().meta({ description: 'Executions that have completed or failed.' }),
    successful_executions: z.int(),
    failed_executions: z.int(),
    active_executions: z.int(),
    success_rate: z.number(),
    trend: z.enum(['improving', 'stable', 'degrading']).meta({ description: 'The last ten outcomes beside all.' }),
    recent_cost_usd: usd,
    cost_complete: costComplete,
    window_tokens: z.int(),
    window_hours: z.int(),
    last_execution_at: z.string().meta({ description: 'Empty without an execution.' }),
  })
  .meta({ id: 'RepoHealthResponse' });

export const RepoCost = z
  .object({ repo_id: z.string(), repo_full_name: z.string(), ...cost })
  .meta({ id: 'RepoCostResponse' });

const ofSystem = { system_id: z.string(), system_name: z.string(), organization_id: z.string() };

export const SystemCost = z
  .object({ ...ofSystem, ...cost, cost_by_repo: costByRepo })
  .meta({ id: 'SystemCostResponse' });

/** The fields that name a system are empty without one. */
export const GlobalCost = z
  .object({ ...ofSystem, organization_name: z.string(), ...cost, cost_by_repo: costByRepo })
  .meta({ id: 'GlobalCostResponse' });

export const SystemStatus = z
  .object({
    ...ofSystem,
    overall_status: z.enum(['healthy', 'degraded', 'failing']),
    total_repos: z.int(),
    healthy_repos: z.int(),
    degraded_repos: z.int(),
    failing_repos: z.int(),
    inactive_repos: z.int(),
    repos: z
      .array(
        z.object({
          repo_id: z.string(),
          repo_full_name: z.string(),
          status: z.enum(['inactive', 'healthy', 'degraded', 'failing']),
          success_rate: z.number(),
          active_executions: z.int(),
          last_execution_at: z.string(),
        }),
      )
      .meta({ description: 'The first thousand by name.' }),
    window_hours: z.int(),
  })
  .meta({ id: 'SystemStatusResponse' });

const Activity = z
  .object({
    execution_id: z.string(),
    workflow_id: z.string(),
    workflow_name: z.string(),
    status: z.string(),
    started_at: z.string(),
    completed_at: z.string().nullable(),
    duration_seconds: z.number(),
    trigger_source: z
      .string()
      .meta({ description: '`manual`, `rerun`, or `trigger` for those that a trigger rule has started' }),
  })
  .meta({ id: 'RepoActivityEntryResponse' });

export const ActivityList = z
  .object({ entries: z.array(Activity), total: z.int() })
  .meta({ id: 'RepoActivityResponse' });

export const FailureList = z
  .object({
    failures: z.array(
      z.object({
        execution_id: z.string(),
        workflow_id: z.string(),
        workflow_name: z.string(),
        failed_at: z.string().nullable(),
        error_message: z.string(),
        error_type: z.string(),
        phase_name: z.string(),
        conversation_tail: z
          .array(z.string())
          .meta({ description: 'The last answers of the agent whose phase failed, oldest first; long ones are cut.' }),
      }),
    ),
    total: z.int(),
  })
  .meta({ id: 'RepoFailuresResponse' });

export const RepoSessionList = z
  .object({
    sessions: z.array(
      z.object({
        id: z.string(),
        execution_id: z.string(),
        status: z.string(),
        started_at: z.string().nullable(),
        completed_at: z.string().nullable(),
        agent_type: z.string(),
        total_tokens: z.int(),
        total_cost_usd: usd,
        cost_complete: costComplete,
      }),
    ),
    total: z.int(),
  })
  .meta({ id: 'RepoSessionsResponse' });

export const SystemPatterns = z
  .object({
    system_id: z.string(),
    system_name: z.string(),
    failure_patterns: z
      .array(
        z.object({
          error_type: z.string(),
          error_message: z.string(),
          occurrence_count: z.int(),
          affected_repos: z.array(z.string()),
          first_seen: z.string(),
          last_seen: z.string(),
        }),
      )
      .meta({
        description: 'Failures whose messages differ only in numbers and ids are one pattern; the fifty most frequent.',
      }),
    cost_outliers: z
      .array(
        z.object({
          execution_id: z.string(),
          repo_full_name: z.string(),
          workflow_name: z.string(),
          cost_usd: usd,
          median_cost_usd: usd,
          deviation_factor: z.number(),
          executed_at: z.string(),
        }),
      )
      .meta({
        description: 'Ended executions that cost more than three times the median; the fifty farthest from it.',
      }),
    analysis_window_hours: z.int(),
  })
  .meta({ id: 'SystemPatternsResponse' });

export const GlobalOverview = z
  .object({
    total_systems: z.int(),
    total_repos: z.int(),
    unassigned_repos: z.int(),
    total_active_executions: z.int(),
    total_cost_usd: usd,
    cost_complete: costComplete,
    window_hours: z.int(),
    systems: z
      .array(
        z.object({
          ...ofSystem,
          organization_name: z.string(),
          repo_count: z.int(),
          overall_status: z.enum(['healthy', 'degraded', 'failing']),
          active_executions: z.int(),
          total_cost_usd: usd,
          cost_complete: costComplete,
        }),
      )
      .meta({ description: 'The newest thousand.' }),
  })
  .meta({ id: 'GlobalOverviewResponse' });
