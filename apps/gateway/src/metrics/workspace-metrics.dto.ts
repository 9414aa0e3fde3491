import { z } from 'zod';
import { pages, WEEK_HOURS, windowOf } from '../insights/insights.dto';

export const WorkspaceMetricsQuery = z.object({
  ...windowOf(WEEK_HOURS),
  ...pages,
  workflow_id: z.string().min(1).optional(),
  session_id: z.string().min(1).optional(),
  backend: z.string().min(1).optional().meta({ description: 'The isolation: `sandbox`, `docker` and so on.' }),
});

const counts = z.record(z.string(), z.int());
const milliseconds = z.number();

const Workspace = z
  .object({
    workspace_id: z.string(),
    execution_id: z.string(),
    workflow_id: z.string().nullable(),
    phase_id: z.string(),
    session_id: z.string(),
    backend: z.string(),
    runner: z.string(),
    status: z.string(),
    create_duration_ms: z.int(),
    total_lifetime_ms: milliseconds.nullable().meta({ description: 'Null while it is active.' }),
    created_at: z.string(),
    terminated_at: z.string().nullable(),
  })
  .meta({ id: 'WorkspaceMetrics' });

export const WorkspaceMetricsSummary = z
  .object({
    total_workspaces: z.int().meta({ description: 'Those that were created in the window.' }),
    workspaces_by_backend: counts,
    workspaces_by_status: counts.meta({ description: '`active`, or why they were terminated.' }),
    avg_create_duration_ms: milliseconds,
    p95_create_duration_ms: milliseconds,
    avg_total_lifetime_ms: milliseconds.meta({ description: 'Of those that were terminated.' }),
    error_count: z.int().meta({ description: 'Those of phases that have failed.' }),
    error_rate: z.number(),
    window_hours: z.int(),
    workspaces: z.array(Workspace).meta({ description: 'Newest first.' }),
  })
  .meta({ id: 'WorkspaceMetricsSummary' });
