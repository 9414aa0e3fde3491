import { boundedUsage, tokensOf, type Usage } from '@syntropic/kernel';
import { z } from 'zod';
import { decimal } from './column';

/** Usage of agents as columns for sorting and filtering. */
export const usageColumns = {
  input_tokens: z.int(),
  output_tokens: z.int(),
  cache_creation_tokens: z.int(),
  cache_read_tokens: z.int(),
  total_tokens: z.int(),
  /** `null`: the price of some model is unknown. */
  cost_usd: decimal.nullable(),
  cost_complete: z.boolean(),
  tool_call_count: z.int(),
};

/** Sums that events of older builds take beyond a column's range are saturated. */
export function usageRow(stored: Usage): z.output<z.ZodObject<typeof usageColumns>> {
  const usage = boundedUsage(stored);
  const { inputTokens, outputTokens, cacheCreationTokens, cacheReadTokens, totalTokens } = tokensOf(usage);
  return {
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    cache_creation_tokens: cacheCreationTokens,
    cache_read_tokens: cacheReadTokens,
    total_tokens: totalTokens,
    cost_usd: usage.costUsd,
    cost_complete: usage.costComplete,
    tool_call_count: usage.toolCalls,
  };
}
