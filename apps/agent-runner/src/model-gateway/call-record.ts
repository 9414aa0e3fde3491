import { addCosts } from '@syntropic/kernel';
import { costOf, PRICE_TABLE_VERSION, searchFeeOf } from '@syntropic/telemetry';
import type { Account } from './answers/dialect';
import { textOf } from './answers/dialect';
import type { PlannedCall, SettledCall } from './call-guard';

/** Progress of a call that has gone out; milliseconds of `performance.now()`. */
type CallTimes = Readonly<{
  arrivedAt: number;
  sentAt: number;
  firstByteAt?: number | undefined;
  endedAt: number;
}>;

export type EndedCall = Readonly<{
  call: PlannedCall;
  account: Account;
  isMetered: boolean;
  /** That of the provider; 502 without an answer. */
  status: number;
  requestId: string | undefined;
  times: CallTimes;
}>;

/** The figures of an ended call. Refused calls and those that call no model cost nothing. */
export function settledCall({ call, account, isMetered, status }: EndedCall, at: string): SettledCall {
  const { tokens, isComplete } = account;
  const isFree = !isMetered || status >= 400;
  return {
    tokens,
    costUsd: isFree ? '0' : chargeOf(account, account.model ?? call.model ?? 'unknown', at),
    isComplete,
  };
}

const chargeOf = ({ tokens, webSearches }: Account, model: string, at: string): string | null =>
  addCosts(costOf(model, tokens, at), searchFeeOf(model, webSearches, at));

/** The data of a `model_call`, without its leg. */
export function callRecord({ call, account, status, requestId, times }: EndedCall, settled: SettledCall): object {
  const { tokens, costUsd, isComplete } = settled;
  const { arrivedAt, sentAt, firstByteAt, endedAt } = times;
  return {
    upstream: call.upstream,
    operation: call.operation,
    model: account.model ?? call.model,
    status,
    input_tokens: tokens.inputTokens,
    output_tokens: tokens.outputTokens,
    cache_creation_tokens: tokens.cacheCreationTokens,
    cache_creation_1h_tokens: tokens.cacheCreation1hTokens,
    cache_read_tokens: tokens.cacheReadTokens,
    ...(account.webSearches > 0 && { web_search_requests: account.webSearches }),
    cost_usd: costUsd,
    price_table: PRICE_TABLE_VERSION,
    complete: isComplete,
    duration_ms: Math.round(endedAt - sentAt),
    first_byte_ms: firstByteAt === undefined ? undefined : Math.round(firstByteAt - sentAt),
    held_ms: Math.round(sentAt - arrivedAt),
    message_id: account.messageId,
    request_id: textOf(requestId),
    agent_id: call.agentId,
    error: account.error,
  };
}
