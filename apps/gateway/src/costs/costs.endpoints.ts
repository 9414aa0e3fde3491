import { z } from 'zod';
import { ExecutionParams } from '../executions/executions.dto';
import { endpoint } from '../http/endpoint';
import { SessionParams } from '../sessions/sessions.dto';
import {
  CostSummary,
  ExecutionCost,
  ExecutionCostQuery,
  ExecutionCostsQuery,
  SessionCost,
  SessionCostQuery,
  SessionCostsQuery,
} from './costs.dto';

export const readCostSummary = endpoint({
  method: 'GET',
  path: '/costs/summary',
  access: 'viewer',
  summary: 'What all sessions have used so far, with the costliest models and sessions',
  reply: CostSummary,
});

export const listSessionCosts = endpoint({
  method: 'GET',
  path: '/costs/sessions',
  access: 'viewer',
  summary: 'What sessions have used, newest first; `X-Total-Count` counts all that match',
  query: SessionCostsQuery,
  reply: z.array(SessionCost),
});

export const readSessionCost = endpoint({
  method: 'GET',
  path: '/costs/sessions/{session_id}',
  access: 'viewer',
  summary: 'What a session has used, by model and by tool',
  params: SessionParams,
  query: SessionCostQuery,
  reply: SessionCost,
});

export const listExecutionCosts = endpoint({
  method: 'GET',
  path: '/costs/executions',
  access: 'viewer',
  summary: 'What executions have used, newest first; `X-Total-Count` counts all that match',
  query: ExecutionCostsQuery,
  reply: z.array(ExecutionCost),
});

export const readExecutionCost = endpoint({
  method: 'GET',
  path: '/costs/executions/{execution_id}',
  access: 'viewer',
  summary: 'What an execution has used, by phase, by model and by tool',
  params: ExecutionParams,
  query: ExecutionCostQuery,
  reply: ExecutionCost,
});
