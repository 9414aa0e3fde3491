import { endpoint } from '../http/endpoint';
import { Metrics, MetricsQuery } from './metrics.dto';

export const readMetrics = endpoint({
  method: 'GET',
  path: '/metrics',
  access: 'viewer',
  summary: 'The totals of all workflows, or of one, and of their phases',
  query: MetricsQuery,
  reply: Metrics,
});
