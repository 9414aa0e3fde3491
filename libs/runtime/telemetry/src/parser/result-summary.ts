import { addCounts, addUsd, usdOf, type Usd } from '@syntropic/kernel';
import type { TelemetryData } from '../catalogue';
import { costOf, type Tokens } from '../prices';
import type { ResultMessage } from './claude-message';
import type { ModelNames } from './model-names';
import { preview } from './storable-text';
import { taskResultOf } from './task-result';
import { verdictOf } from './verdict';

type Summary = TelemetryData<'session_summary'>;
type Account = Summary['model_usage'][string];

type Context = Readonly<{
  leg: number;
  /** The model that the agent started with. */
  model: string | undefined;
  time: string;
  names: ModelNames;
}>;

/** The account that closes a leg. `modelUsage` includes sub-agents and background calls; older agents have only `usage`. */
export function summaryOf(result: ResultMessage, context: Context): Summary {
  const { leg, model } = context;
  const modelUsage = accountsOf(result, context);
  const accounts = Object.values(modelUsage);
  const sum = (figure: (account: Account) => number) => accounts.map(figure).reduce(addCounts, 0);
  const { isError, error } = verdictOf(result);
  const taskResult = taskResultOf(result.result ?? '');

  return {
    leg,
    total_cost_usd: result.total_cost_usd === undefined ? costOfAll(accounts) : usdOf(result.total_cost_usd),
    total_input_tokens: sum((account) => account.input_tokens),
    total_output_tokens: sum((account) => account.output_tokens),
    cache_creation_tokens: sum((account) => account.cache_creation_tokens),
    cache_read_tokens: sum((account) => account.cache_read_tokens),
    model_usage: modelUsage,
    is_error: isError,
    ...(result.num_turns === undefined ? {} : { num_turns: result.num_turns }),
    ...(result.duration_ms === undefined ? {} : { duration_ms: Math.round(result.duration_ms) }),
    ...(model ? { model } : {}),
    ...(error === undefined ? {} : { error: preview(error) }),
    ...(taskResult ? { task_result: taskResult } : {}),
  };
}

/** Empty for an account that was not understood. */
function accountsOf(result: ResultMessage, { model, time, names }: Context): Record<string, Account> {
  const reported = Object.entries(result.modelUsage);
  if (reported.some(([, { isUnderstood }]) => !isUnderstood)) return {};
  if (reported.length === 0) return accountOfUsage(result, model);

  const accounts = new Map<string, Account>();
  for (const [name, usage] of reported) {
    const counted = names.of(name);
    const known = accounts.get(counted);
    const account = accountOf(name, usage, time);
    accounts.set(counted, known ? sumOf(known, account) : account);
  }
  return Object.fromEntries(accounts);
}

function accountOf(model: string, usage: ResultMessage['modelUsage'][string], time: string): Account {
  const tokens = {
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    cacheCreationTokens: usage.cacheCreationInputTokens,
    cacheReadTokens: usage.cacheReadInputTokens,
  };
  const cost = usage.costUSD === undefined ? costOf(model, tokens, time) : usdOf(usage.costUSD);
  return accountWith(tokens, cost);
}

/** Older agents report one account for all models. */
function accountOfUsage({ usage, total_cost_usd: cost }: ResultMessage, model: string | undefined) {
  if (!usage?.isUnderstood || !model) return {};
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

const sumOf = (one: Account, other: Account): Account => ({
  input_tokens: addCounts(one.input_tokens, other.input_tokens),
  output_tokens: addCounts(one.output_tokens, other.output_tokens),
  cache_creation_tokens: addCounts(one.cache_creation_tokens, other.cache_creation_tokens),
  cache_read_tokens: addCounts(one.cache_read_tokens, other.cache_read_tokens),
  cost_usd: costOfAll([one, other]),
});

const costOfAll = (accounts: readonly Account[]): Usd | null =>
  accounts.reduce<Usd | null>(
    (sum, { cost_usd }) => (sum === null || cost_usd === null ? null : addUsd(sum, cost_usd)),
    '0',
  );
