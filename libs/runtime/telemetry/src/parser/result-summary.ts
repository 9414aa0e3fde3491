import { usdOf } from '@syntropic/kernel';
import type { TelemetryData } from '../catalogue';
import type { ResultMessage } from './claude-message';
import { accountOfResult, reportedAddition, sumOf, type AccountContext } from './result-account';
import { NO_ACCOUNT, type RunningTotals } from './running-totals';
import { taskResultOf } from './task-result';
import { verdictOf } from './verdict';

type Summary = TelemetryData<'session_summary'>;

type Context = AccountContext &
  Readonly<{
    leg: number;
    /** The agent's own id of its conversation. */
    conversation: string | undefined;
    totals: RunningTotals;
    /** Accounts of the leg before this one. */
    accountsBefore: number;
  }>;

/** The account of a conversation up to a result. `modelUsage` includes sub-agents and background calls; older agents have only `usage`. */
export function summaryOf(result: ResultMessage, context: Context): Summary {
  const { leg, model, conversation } = context;
  const account = accountOf(result, context);
  const total = Object.values(account.model_usage).reduce(sumOf, NO_ACCOUNT);
  const { isError, error } = verdictOf(result);
  const taskResult = taskResultOf(result.result ?? '');

  return {
    leg,
    total_cost_usd: result.total_cost_usd === undefined ? total.cost_usd : usdOf(result.total_cost_usd),
    total_input_tokens: total.input_tokens,
    total_output_tokens: total.output_tokens,
    cache_creation_tokens: total.cache_creation_tokens,
    cache_read_tokens: total.cache_read_tokens,
    ...account,
    is_error: isError,
    ...(conversation === undefined ? {} : { agent_session_id: conversation }),
    ...(result.num_turns === undefined ? {} : { num_turns: result.num_turns }),
    ...(result.duration_ms === undefined ? {} : { duration_ms: Math.round(result.duration_ms) }),
    ...(model ? { model } : {}),
    ...(error === undefined ? {} : { error }),
    ...(taskResult ? { task_result: taskResult } : {}),
  };
}

type SummaryAccount = Pick<Summary, 'model_usage' | 'added' | 'result_number' | 'account_complete'>;

function accountOf(result: ResultMessage, context: Context): SummaryAccount {
  const { conversation = '', totals, accountsBefore } = context;
  const accounts = accountOfResult(result, context);
  const none = { model_usage: {}, added: {}, result_number: accountsBefore };
  if (accounts === 'absent') return none;

  const added = accounts === 'not_understood' ? undefined : totals.add(conversation, accounts);
  if (accounts === 'not_understood' || !added) return { ...none, account_complete: false };
  return {
    model_usage: accounts,
    added: reportedAddition(result, context) ?? added,
    result_number: accountsBefore + 1,
  };
}
