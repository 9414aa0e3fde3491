import { z } from 'zod';
import { costFields, tokenFields } from '../display/usage-fields';
import { pagesByOffset } from '../http/list-pages';
import { flag, instant } from '../http/query-values';

/** Filters and the page of a list of costs. */
const listed = {
  workflow_id: z.string().optional(),
  started_after: instant,
  started_before: instant,
  ...pagesByOffset(200, 50),
};

export const SessionCostsQuery = z.object({ execution_id: z.string().optional(), ...listed });
export const ExecutionCostsQuery = z.object(listed);

const breakdown = { include_breakdown: flag(true).meta({ description: 'Without it the maps are empty.' }) };

export const SessionCostQuery = z.object(breakdown);
export const ExecutionCostQuery = z.object({ ...breakdown, include_session_ids: flag(false) });

const usd = z.string().meta({ description: 'US dollars, decimal' });
const costs = z.record(z.string(), usd);

const spent = {
  ...costFields,
  token_cost_usd: usd.nullable().meta({ description: 'The cost of tokens, which is all that has a price.' }),
  compute_cost_usd: usd.meta({ description: 'Always 0: the time of a machine has no price.' }),
  ...tokenFields,
  tool_calls: z.int(),
  turns: z.int(),
  duration_ms: z.number().meta({ description: 'The time that agents ran, without pauses.' }),
  cost_by_model: costs,
  cost_by_tool: costs.meta({
    description:
      'The cost of the model calls that ordered tools, by tool: an allocation by the estimates of the calls. Empty in lists.',
  }),
  started_at: z.string().nullable(),
  completed_at: z.string().nullable(),
};

export const SessionCost = z
  .object({
    session_id: z.string(),
    execution_id: z.string().nullable(),
    workflow_id: z.string().nullable(),
    phase_id: z.string().nullable(),
    workspace_id: z.string().nullable().meta({ description: 'The workspace in which the session began.' }),
    ...spent,
    tokens_by_tool: z.record(z.string(), z.int()),
    cost_by_tool_tokens: costs,
    is_finalized: z.boolean().meta({ description: 'True when the session has ended and its cost is complete.' }),
  })
  .meta({ id: 'SessionCostResponse' });
export type SessionCost = z.infer<typeof SessionCost>;

export const ExecutionCost = z
  .object({
    execution_id: z.string(),
    workflow_id: z.string().nullable(),
    session_count: z.int(),
    session_ids: z.array(z.string()).meta({ description: 'The first thousand, when they are asked for.' }),
    ...spent,
    cost_by_phase: costs.meta({ description: 'Of all attempts of each phase.' }),
    is_complete: z.boolean().meta({ description: 'True when the execution has ended and its cost is complete.' }),
  })
  .meta({ id: 'ExecutionCostResponse' });
export type ExecutionCost = z.infer<typeof ExecutionCost>;

export const CostSummary = z
  .object({
    total_cost_usd: usd.meta({ description: 'US dollars, decimal; without models whose price is unknown' }),
    cost_complete: costFields.cost_complete,
    total_sessions: z.int(),
    total_executions: z.int(),
    total_tokens: z.int(),
    total_tool_calls: z.int(),
    top_models: z
      .array(z.object({ model: z.string(), total_cost_usd: usd.nullable(), total_tokens: z.int() }))
      .meta({ description: 'The costliest ten.' }),
    top_sessions: z
      .array(
        z.object({
          session_id: z.string(),
          execution_id: z.string(),
          workflow_id: z.string(),
          phase_id: z.string(),
          total_cost_usd: usd,
          total_tokens: z.int(),
        }),
      )
      .meta({ description: 'The costliest ten.' }),
  })
  .meta({ id: 'CostSummaryResponse' });
