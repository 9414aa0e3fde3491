import { addCosts, addCounts, usdOf, type Usd } from '@syntropic/kernel';
import { costOfAll, searchFeeOf, type Tokens } from '../prices';
import type { ModelAccount, ResultMessage } from './claude-message';
import type { ModelNames } from './model-names';
import type { Account, Accounts } from './running-totals';

export type AccountContext = Readonly<{
  /** The model that the agent started with. */
  model: string | undefined;
  time: string;
  names: ModelNames;
}>;

/** The account that a result gives: absent from results of some failures, and not understood when one count is not. */
export type ResultAccount = Accounts | 'absent' | 'not_understood';

export function accountOfResult(result: ResultMessage, context: AccountContext): ResultAccount {
  const reported = result.modelUsage && Object.entries(result.modelUsage);
  if (!reported || reported.some(([, { isUnderstood }]) => !isUnderstood)) return 'not_understood';
  return reported.length > 0 ? accountsByModel(reported, context) : accountOfUsage(result, context.model ?? 'unknown');
}

/** The part of an account that a newer agent names itself; undefined when it names none, or one that is not understood. */
export function reportedAddition(result: ResultMessage, context: AccountContext): Accounts | undefined {
  const reported = Object.entries(result.model_usage_since_last_result ?? {});
  const isUsable = result.model_usage_since_last_result && reported.every(([, { isUnderstood }]) => isUnderstood);
  return isUsable ? accountsByModel(reported, context) : undefined;
}

function accountsByModel(
  reported: readonly (readonly [string, ModelAccount])[],
  { time, names }: AccountContext,
): Accounts {
  const accounts = new Map<string, Account>();
  for (const [model, usage] of reported) {
    const name = names.of(model);
    const known = accounts.get(name);
    const account = accountOf(model, usage, time);
    accounts.set(name, known ? sumOf(known, account) : account);
  }
  return Object.fromEntries(accounts);
}

function accountOf(model: string, usage: ModelAccount, time: string): Account {
  const tokens = {
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    cacheCreationTokens: usage.cacheCreationInputTokens,
    cacheReadTokens: usage.cacheReadInputTokens,
    cacheCreation1hTokens: usage.cacheCreationEphemeral1hInputTokens,
  };
  // An agent that does not know a model reports the price of another one.
  const reported = usage.costBasis === 'unknown' ? undefined : usage.costUSD;
  if (reported !== undefined) return accountWith(tokens, usdOf(reported));
  const fee = searchFeeOf(model, usage.webSearchRequests, time);
  return accountWith(tokens, addCosts(costOfAll(model, tokens, time), fee));
}

/** Older agents report one account for all models. */
function accountOfUsage({ usage, total_cost_usd: cost }: ResultMessage, model: string): ResultAccount {
  if (!usage) return cost === undefined ? 'absent' : 'not_understood';
  if (!usage.isUnderstood) return 'not_understood';
  const tokens = {
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    cacheCreationTokens: usage.cache_creation_input_tokens,
    cacheReadTokens: usage.cache_read_input_tokens,
  };
  return { [model]: accountWith(tokens, cost === undefined ? null : usdOf(cost)) };
}

const accountWith = (tokens: Tokens, cost: Usd | null): Account => ({
  input_tokens: tokens.inputTokens,
  output_tokens: tokens.outputTokens,
  cache_creation_tokens: tokens.cacheCreationTokens,
  cache_read_tokens: tokens.cacheReadTokens,
  cost_usd: cost,
});

/** The account of several models together. */
export const sumOf = (one: Account, other: Account): Account => ({
  input_tokens: addCounts(one.input_tokens, other.input_tokens),
  output_tokens: addCounts(one.output_tokens, other.output_tokens),
  cache_creation_tokens: addCounts(one.cache_creation_tokens, other.cache_creation_tokens),
  cache_read_tokens: addCounts(one.cache_read_tokens, other.cache_read_tokens),
  cost_usd: addCosts(one.cost_usd, other.cost_usd),
});
