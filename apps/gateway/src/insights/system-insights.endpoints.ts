import { z } from 'zod';
import { endpoint } from '../http/endpoint';
import {
  ActivityList,
  MONTH_HOURS,
  pages,
  SystemCost,
  SystemPatterns,
  SystemStatus,
  WEEK_HOURS,
  windowOf,
} from './insights.dto';

/** The id, or its first characters. */
const SystemParams = z.object({ system_id: z.string().min(1) });

export const readSystemStatus = endpoint({
  method: 'GET',
  path: '/systems/{system_id}/status',
  access: 'viewer',
  summary: 'The state of the system and of each of its repos',
  params: SystemParams,
  query: z.object(windowOf(WEEK_HOURS)),
  reply: SystemStatus,
});

export const readSystemCost = endpoint({
  method: 'GET',
  path: '/systems/{system_id}/cost',
  access: 'viewer',
  summary: 'Tokens and cost of the executions that name a repo of the system',
  params: SystemParams,
  query: z.object(windowOf(MONTH_HOURS)),
  reply: SystemCost,
});

export const readSystemActivity = endpoint({
  method: 'GET',
  path: '/systems/{system_id}/activity',
  access: 'viewer',
  summary: 'The executions that name a repo of the system, newest first',
  params: SystemParams,
  query: z.object(pages),
  reply: ActivityList,
});

export const readSystemHistory = endpoint({
  method: 'GET',
  path: '/systems/{system_id}/history',
  access: 'viewer',
  summary: 'The executions that name a repo of the system, oldest first',
  params: SystemParams,
  query: z.object({ ...pages, ...windowOf(WEEK_HOURS) }),
  reply: ActivityList,
});

export const readSystemPatterns = endpoint({
  method: 'GET',
  path: '/systems/{system_id}/patterns',
  access: 'viewer',
  summary: 'Failures that recur, and executions that cost far more than usual',
  params: SystemParams,
  query: z.object(windowOf(WEEK_HOURS)),
  reply: SystemPatterns,
});
