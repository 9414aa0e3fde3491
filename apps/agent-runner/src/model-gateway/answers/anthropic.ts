import { z } from 'zod';
import { NO_ACCOUNT, searchCount, textOf, tokenCount, type Account, type Dialect, type Field } from './dialect';

const Usage = z.object({
  input_tokens: tokenCount,
  output_tokens: tokenCount,
  cache_creation_input_tokens: tokenCount,
  cache_read_input_tokens: tokenCount,
  cache_creation: z.object({ ephemeral_1h_input_tokens: tokenCount }).nullish(),
  server_tool_use: z.object({ web_search_requests: searchCount }).nullish(),
});

/** The usage of a message changes in its stream: fields that a later event has replace earlier ones. */
function withUsage(account: Account, usage: unknown): Account {
  if (typeof usage !== 'object' || usage === null) return account;
  const told = Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== null));
  const merged = { ...account.usage, ...told };
  const { data } = Usage.safeParse(merged);
  if (!data) return account;
  const tokens = {
    inputTokens: data.input_tokens,
    outputTokens: data.output_tokens,
    cacheCreationTokens: data.cache_creation_input_tokens,
    cacheReadTokens: data.cache_read_input_tokens,
    cacheCreation1hTokens: data.cache_creation?.ephemeral_1h_input_tokens ?? 0,
  };
  return { ...account, tokens, webSearches: data.server_tool_use?.web_search_requests ?? 0, usage: merged };
}

const errorOf = (field: Field) => textOf(field('error.type'));

/** Anthropic's Messages API. */
export const anthropicMessages: Dialect = {
  paths: ['type', 'usage', 'model', 'id', 'message.usage', 'message.model', 'message.id', 'error.type'],

  event(account, field) {
    switch (field('type')) {
      case 'message_start':
        return withUsage(
          { ...account, model: textOf(field('message.model')), messageId: textOf(field('message.id')) },
          field('message.usage'),
        );
      case 'message_delta':
        return withUsage(account, field('usage'));
      case 'message_stop':
        return { ...account, isComplete: true };
      case 'error':
        return { ...account, error: errorOf(field) ?? 'error' };
      default:
        return account;
    }
  },

  document(field) {
    const usage = field('usage');
    const named = {
      ...NO_ACCOUNT,
      model: textOf(field('model')),
      messageId: textOf(field('id')),
      error: errorOf(field),
    };
    return { ...withUsage(named, usage), isComplete: Usage.safeParse(usage).success };
  },
};

/** Counting tokens costs nothing. */
export const anthropicCount: Dialect = {
  paths: ['error.type'],
  event: (account) => account,
  document: (field) => ({ ...NO_ACCOUNT, isComplete: true, error: errorOf(field) }),
};
