import { addUsd, usdOf, type Usd } from '@syntropic/kernel';
import { z } from 'zod';
import type { TelemetryData } from '../catalogue';
import { costOf } from '../prices';
import type { ResultMessage } from './claude-message';
import { objectOf, preview } from './storable-text';
import { taskResultOf } from './task-result';

type Summary = TelemetryData<'session_summary'>;
type Account = Summary['model_usage'][string];

const ERROR_LABEL = 200;

/** The account that closes a leg. `modelUsage` includes sub-agents and background calls; older agents have only `usage`. */
export function summaryOf(result: ResultMessage, leg: number, model: string | undefined, time: string): Summary {
  const modelUsage = accountsOf(result, model, time);
  const accounts = Object.values(modelUsage);
  const sum = (figure: (account: Account) => number) => accounts.reduce((total, account) => total + figure(account), 0);
  const error = result.is_error ? errorLabel(result) : undefined;
  const taskResult = taskResultOf(result.result ?? '');

  return {
    leg,
    total_cost_usd: result.total_cost_usd === undefined ? costOfAll(accounts) : usdOf(result.total_cost_usd),
    total_input_tokens: sum((account) => account.input_tokens),
    total_output_tokens: sum((account) => account.output_tokens),
    cache_creation_tokens: sum((account) => account.cache_creation_tokens),
    cache_read_tokens: sum((account) => account.cache_read_tokens),
    model_usage: modelUsage,
    is_error: result.is_error,
    ...(result.num_turns === undefined ? {} : { num_turns: result.num_turns }),
    ...(result.duration_ms === undefined ? {} : { duration_ms: Math.round(result.duration_ms) }),
    ...(model ? { model } : {}),
    ...(error ? { error } : {}),
    ...(taskResult ? { task_result: taskResult } : {}),
  };
}

function accountsOf(result: ResultMessage, model: string | undefined, time: string): Record<string, Account> {
  const accounts = Object.entries(result.modelUsage).map(([name, usage]): [string, Account] => [
    name,
    {
      input_tokens: usage.inputTokens,
      output_tokens: usage.outputTokens,
      cache_creation_tokens: usage.cacheCreationInputTokens,
      cache_read_tokens: usage.cacheReadInputTokens,
      cost_usd:
        usage.costUSD === undefined
          ? costOf(
              name,
              {
                ...usage,
                cacheCreationTokens: usage.cacheCreationInputTokens,
                cacheReadTokens: usage.cacheReadInputTokens,
              },
              time,
            )
          : usdOf(usage.costUSD),
    },
  ]);
  if (accounts.length > 0 || !result.usage || !model) return Object.fromEntries(accounts);

  const { input_tokens, output_tokens, cache_creation_input_tokens, cache_read_input_tokens } = result.usage;
  return {
    [model]: {
      input_tokens,
      output_tokens,
      cache_creation_tokens: cache_creation_input_tokens,
      cache_read_tokens: cache_read_input_tokens,
      cost_usd: result.total_cost_usd === undefined ? null : usdOf(result.total_cost_usd),
    },
  };
}

const costOfAll = (accounts: readonly Account[]): Usd | null =>
  accounts.reduce<Usd | null>(
    (sum, { cost_usd }) => (sum === null || cost_usd === null ? null : addUsd(sum, cost_usd)),
    '0',
  );

const ProviderError = z.object({ error: z.object({ type: z.string(), message: z.string().catch('') }) });

/** `overloaded_error (HTTP 529)` from `API Error: 529 {"type":"error",…}`; otherwise the start of the agent's text. */
function errorLabel({ result = '', subtype = 'error' }: ResultMessage): string {
  const start = result.indexOf('{');
  const provider = start < 0 ? undefined : ProviderError.safeParse(objectOf(result.slice(start).trim())).data;
  if (!provider) return preview(result || subtype, ERROR_LABEL);

  const status = /\b(\d{3})\b/.exec(result.slice(0, start))?.[1];
  const { type, message } = provider.error;
  return preview(status ? `${type} (HTTP ${status})` : `${type}: ${message}`, ERROR_LABEL);
}
