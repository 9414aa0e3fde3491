import { endpoint } from '../http/endpoint';
import { Metrics, MetricsQuery } from './metrics.dto';
import { WorkspaceMetricsQuery, WorkspaceMetricsSummary } from './workspace-metrics.dto';

export const readMetrics = endpoint({
  method: 'GET',
  path: '/metrics',
  access: 'viewer',
  summary: 'The totals of all workflows, or of one, and of their phases',
  query: MetricsQuery,
  reply: Metrics,
});

export const readWorkspaceMetrics = endpoint({
  method: 'GET',
  path: '/metrics/workspaces',
  access: 'viewer',
  summary: 'How long the workspaces of agents took to create, how long they lived, and how they ended',
  query: WorkspaceMetricsQuery,
  reply: WorkspaceMetricsSummary,
});
