import { tokensOf, type Usage } from '@syntropic/kernel';

/** Token counts under their wire names. The total is input + output + cache creation + cache read in every answer. */
export function tokensView(usage: Pick<Usage, 'byModel'>) {
  const { inputTokens, outputTokens, cacheCreationTokens, cacheReadTokens, totalTokens } = tokensOf(usage);
  return {
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    cache_creation_tokens: cacheCreationTokens,
    cache_read_tokens: cacheReadTokens,
    total_tokens: totalTokens,
  };
}

export function totalTokensView(usage: Pick<Usage, 'byModel'>) {
  const tokens = tokensView(usage);
  return {
    total_input_tokens: tokens.input_tokens,
    total_output_tokens: tokens.output_tokens,
    total_cache_creation_tokens: tokens.cache_creation_tokens,
    total_cache_read_tokens: tokens.cache_read_tokens,
    total_tokens: tokens.total_tokens,
  };
}
