import { addCosts } from '@syntropic/kernel';
import type { TelemetryData } from '../catalogue';
import { PRICE_TABLE_VERSION } from '../price-table';
import { costOf, searchFeeOf } from '../prices';
import type { TokenUsage } from './claude-message';
import { addedTo } from './running-totals';

type Call = TelemetryData<'token_usage'>;

export type ReportedCall = Readonly<{
  messageId: string;
  /** As the agent names it, for the price. */
  model: string;
  /** As the session counts it. */
  name: string;
  usage: TokenUsage;
  parent: string | undefined;
}>;

export type CallContext = Readonly<{ leg: number; time: string; resultsBefore: number }>;

/** The usage of each model call, of which lines repeat and correct earlier ones: the last counts. */
export class ModelCalls {
  readonly #known = new Map<string, Readonly<{ call: Call; revision: number }>>();

  /** Undefined for a line that tells nothing new. `revision` counts the corrections of a call. */
  read(reported: ReportedCall, context: CallContext): Readonly<{ call: Call; revision: number }> | undefined {
    const { messageId } = reported;
    const known = this.#known.get(messageId);
    const call = callOf(reported, context);
    const { added, entry } = known ? correctionOf(known, call) : { added: undefined, entry: { call, revision: 0 } };
    if (known && !added) return undefined;

    this.#known.set(messageId, entry);
    return added ? { call: { ...entry.call, added }, revision: entry.revision } : entry;
  }
}

/** A corrected call stays that of its leg and model. */
function correctionOf(known: Readonly<{ call: Call; revision: number }>, call: Call) {
  const { leg, model, results_before } = known.call;
  const added = addedTo(accountOf(known.call), accountOf(call));
  const { cost_usd: cost, ...tokens } = added;
  const isNew = Object.values(tokens).some((count) => count !== 0) || (cost !== null && Number(cost) !== 0);
  const entry = { call: { ...call, leg, model, results_before }, revision: known.revision + 1 };
  return isNew ? { added, entry } : { added: undefined, entry: known };
}

const accountOf = ({ cost_usd = null, ...call }: Call) => ({ ...call, cost_usd });

function callOf({ messageId, model, name, usage, parent }: ReportedCall, context: CallContext): Call {
  const { leg, time, resultsBefore } = context;
  const tokens = {
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    cacheCreationTokens: usage.cache_creation_input_tokens,
    cacheReadTokens: usage.cache_read_input_tokens,
    cacheCreation1hTokens: usage.cache_creation_1h_input_tokens,
  };
  return {
    leg,
    message_id: messageId,
    model: name,
    input_tokens: tokens.inputTokens,
    output_tokens: tokens.outputTokens,
    cache_creation_tokens: tokens.cacheCreationTokens,
    cache_read_tokens: tokens.cacheReadTokens,
    cost_usd: addCosts(costOf(model, tokens, time), searchFeeOf(model, usage.web_search_requests, time)),
    price_table: PRICE_TABLE_VERSION,
    ...(resultsBefore > 0 ? { results_before: resultsBefore } : {}),
    ...(parent === undefined ? {} : { parent_tool_use_id: parent }),
  };
}
