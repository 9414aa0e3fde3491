import { boundedUsage, NO_USAGE, OTHER_MODELS, tokensOf, type Usage } from '@syntropic/kernel';
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

type UsageRow = z.output<z.ZodObject<typeof usageColumns>>;

/** Sums that events of older builds take beyond a column's range are saturated. */
export function usageRow(stored: Usage): UsageRow {
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

/** The sums of a row, with all models together as one. */
export const usageOfRow = (row: Readonly<UsageRow>): Usage => ({
  ...NO_USAGE,
  byModel:
    row.total_tokens === 0
      ? {}
      : {
          [OTHER_MODELS]: {
            inputTokens: row.input_tokens,
            outputTokens: row.output_tokens,
            cacheCreationTokens: row.cache_creation_tokens,
            cacheReadTokens: row.cache_read_tokens,
            costUsd: row.cost_usd,
          },
        },
  costUsd: row.cost_usd,
  costComplete: row.cost_complete,
  toolCalls: row.tool_call_count,
});
