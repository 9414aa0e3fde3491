import { Controller } from '@nestjs/common';
import { tokensOf } from '@syntropic/kernel';
import { knownCost } from '../display/usage-fields';
import type { ApiRequest } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { topModels } from './cost-views';
import { readCostSummary } from './costs.endpoints';
import { UsageTotalsReader } from './usage-totals';

const TOP_MODELS = 10;

/** The usage and the cost of all sessions together. */
@Controller(API_PREFIXES)
export class CostSummaryController {
  constructor(private readonly totals: UsageTotalsReader) {}

  @Serve(readCostSummary)
  async summary(request: ApiRequest<typeof readCostSummary>) {
    await this.totals.reached(request);
    const [{ usage, sessions, costliest }, executions] = await Promise.all([
      this.totals.of(),
      this.totals.executions(),
    ]);
    return {
      total_cost_usd: knownCost(usage),
      cost_complete: usage.costComplete && usage.costUsd !== null,
      total_sessions: sessions,
      total_executions: [...executions.values()].reduce((sum, count) => sum + count, 0),
      total_tokens: tokensOf(usage).totalTokens,
      total_tool_calls: usage.toolCalls,
      top_models: topModels(usage, TOP_MODELS),
      top_sessions: costliest.map(({ session_id, execution_id, workflow_id, phase_id, cost, tokens }) => ({
        ...{ session_id, execution_id, workflow_id, phase_id },
        total_cost_usd: cost,
        total_tokens: tokens,
      })),
    };
  }
}
