import { Controller } from '@nestjs/common';
import { RollUps, type RolledUpTool, type RolledUpUsage } from '@syntropic/telemetry';
import type { ApiRequest } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { ExecutionsInScope } from './executions-in-scope';
import { spanOf } from './roll-ups.dto';
import { readToolSums, readUsageSums } from './roll-ups.endpoints';

/** The most sums that are read at once. */
const MOST_SUMS = 10_000;

/** What agents have used and done, summed by time. */
@Controller(API_PREFIXES)
export class RollUpsController {
  constructor(
    private readonly rollUps: RollUps,
    private readonly executions: ExecutionsInScope,
  ) {}

  @Serve(readUsageSums)
  async usage(request: ApiRequest<typeof readUsageSums>) {
    const span = spanOf(request.query);
    const { ids, isComplete } = await this.executions.of(request.query, span.to, request);
    const sums = await this.rollUps.usage({ ...span, executionIds: ids, by: request.query.by });
    return { ...span, is_complete: isComplete && sums.length < MOST_SUMS, sums: sums.map(usageSum) };
  }

  @Serve(readToolSums)
  async tools(request: ApiRequest<typeof readToolSums>) {
    const span = spanOf(request.query);
    const { ids, isComplete } = await this.executions.of(request.query, span.to, request);
    const tools = await this.rollUps.tools({ ...span, executionIds: ids });
    return { ...span, is_complete: isComplete, tools: tools.map(toolSum) };
  }
}

const usageSum = ({ bucket, execution, session, phase, ...sum }: RolledUpUsage) => ({
  ...(bucket !== undefined && { time: bucket }),
  ...(sum.model !== undefined && { model: sum.model }),
  ...(execution !== undefined && { execution_id: execution }),
  ...(session !== undefined && { session_id: session }),
  ...(phase !== undefined && { phase_id: phase }),
  input_tokens: sum.inputTokens,
  output_tokens: sum.outputTokens,
  cache_creation_tokens: sum.cacheCreationTokens,
  cache_read_tokens: sum.cacheReadTokens,
  total_tokens: sum.inputTokens + sum.outputTokens + sum.cacheCreationTokens + sum.cacheReadTokens,
  cost_usd: sum.costUsd,
  unpriced_calls: sum.unpriced,
});

const toolSum = ({ tool, durationMs, p50Ms, p95Ms, p99Ms, ...counts }: RolledUpTool) => ({
  tool_name: tool,
  ...counts,
  total_duration_ms: durationMs,
  p50_ms: p50Ms,
  p95_ms: p95Ms,
  p99_ms: p99Ms,
});
