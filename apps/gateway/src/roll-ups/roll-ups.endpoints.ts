import { endpoint } from '../http/endpoint';
import { ToolsQuery, ToolSums, UsageQuery, UsageSums } from './roll-ups.dto';

export const readUsageSums = endpoint({
  method: 'GET',
  path: '/observability/usage',
  access: 'viewer',
  summary:
    'Tokens and costs by minute, hour or day, by model, execution, session and phase, of all executions or of some',
  query: UsageQuery,
  reply: UsageSums,
});

export const readToolSums = endpoint({
  method: 'GET',
  path: '/observability/tools',
  access: 'viewer',
  summary: 'The tools that agents have used in a span of time, with percentiles of their durations',
  query: ToolsQuery,
  reply: ToolSums,
});
