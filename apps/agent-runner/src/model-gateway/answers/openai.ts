import { z } from 'zod';
import { NO_ACCOUNT, textOf, tokenCount, type Account, type Dialect, type Field } from './dialect';

const details = z.object({ cached_tokens: tokenCount, cache_write_tokens: tokenCount }).nullish();
const ResponseUsage = z.object({ input_tokens: tokenCount, output_tokens: tokenCount, input_tokens_details: details });
const ChatUsage = z
  .object({ prompt_tokens: tokenCount, completion_tokens: tokenCount, prompt_tokens_details: details })
  .transform((usage) => ({
    input_tokens: usage.prompt_tokens,
    output_tokens: usage.completion_tokens,
    input_tokens_details: usage.prompt_tokens_details,
  }));

/** Tokens that are read from or written to the cache are a part of the input here, and beside it in our accounts. */
function withUsage(account: Account, usage: z.output<typeof ResponseUsage> | undefined): Account {
  if (!usage) return account;
  const { cached_tokens: read = 0, cache_write_tokens: wrote = 0 } = usage.input_tokens_details ?? {};
  const cached = Math.min(read, usage.input_tokens);
  const written = Math.min(wrote, usage.input_tokens - cached);
  const tokens = {
    ...NO_ACCOUNT.tokens,
    inputTokens: usage.input_tokens - cached - written,
    outputTokens: usage.output_tokens,
    cacheReadTokens: cached,
    cacheCreationTokens: written,
  };
  return { ...account, tokens, isComplete: true };
}

const errorOf = (field: Field) => textOf(field('error.type')) ?? textOf(field('error.code'));

const ENDED: ReadonlySet<unknown> = new Set(['response.completed', 'response.incomplete', 'response.failed']);

/** A search that is charged; pages that are opened or looked through are not. */
const isSearch = (field: Field) =>
  field('type') === 'response.output_item.done' &&
  field('item.type') === 'web_search_call' &&
  field('item.action.type') === 'search';

/** OpenAI's Responses API. Its usage has no searches: they are counted in streams, and are not seen in single documents. */
export const openaiResponses: Dialect = {
  paths: [
    ...['type', 'usage', 'model', 'id', 'error.type', 'error.code'],
    ...['item.type', 'item.action.type', 'response.usage', 'response.model', 'response.id', 'response.error.code'],
  ],

  event(account, field) {
    const type = field('type');
    if (type === 'error') return { ...account, error: errorOf(field) ?? 'error' };
    if (isSearch(field)) return { ...account, webSearches: account.webSearches + 1 };
    const named = {
      ...account,
      model: textOf(field('response.model')) ?? account.model,
      messageId: textOf(field('response.id')) ?? account.messageId,
      error: textOf(field('response.error.code')) ?? account.error,
    };
    return ENDED.has(type) ? withUsage(named, ResponseUsage.safeParse(field('response.usage')).data) : named;
  },

  document(field) {
    const named = { model: textOf(field('model')), messageId: textOf(field('id')), error: errorOf(field) };
    return withUsage({ ...NO_ACCOUNT, ...named }, ResponseUsage.safeParse(field('usage')).data);
  },
};

/** OpenAI's Chat Completions API: the last chunk of a stream has the usage, and the others have null. */
export const openaiChat: Dialect = {
  paths: ['usage', 'model', 'id', 'error.type', 'error.code'],
  mustAskForUsage: true,

  event(account, field) {
    const named = {
      ...account,
      model: textOf(field('model')) ?? account.model,
      messageId: textOf(field('id')) ?? account.messageId,
      error: errorOf(field) ?? account.error,
    };
    return withUsage(named, ChatUsage.safeParse(field('usage')).data);
  },

  document: (field) => openaiChat.event(NO_ACCOUNT, field),
};
