import { z } from 'zod';
import { endpoint } from '../http/endpoint';
import { GlobalCost, GlobalOverview, MONTH_HOURS, windowOf } from './insights.dto';

export const readOverview = endpoint({
  method: 'GET',
  path: '/insights/overview',
  access: 'viewer',
  summary: 'All systems with their state and cost',
  query: z.object(windowOf(MONTH_HOURS)),
  reply: GlobalOverview,
});

export const readGlobalCost = endpoint({
  method: 'GET',
  path: '/insights/cost',
  access: 'viewer',
  summary: 'Tokens and cost of all executions, or of those of a system',
  query: z.object({ system_id: z.string().min(1).optional(), ...windowOf(MONTH_HOURS) }),
  reply: GlobalCost,
});
