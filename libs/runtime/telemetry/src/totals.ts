import {
  addCounts,
  addModelUsage,
  addUsage,
  NO_USAGE,
  usageOfModels,
  type ModelUsage,
  type Usage,
} from '@syntropic/kernel';
import { dataOf, type TelemetryEvent } from './telemetry-event';
import type { TelemetryData } from './catalogue';

/** `interrupted`: stopped after INT or TERM, and included in the next account of its conversation. `exited`: ended by itself. */
export type LegEnd = 'exited' | 'interrupted' | 'killed';

type ByModel = Readonly<Record<string, ModelUsage>>;

/** The figures of one leg. */
export type Leg = Readonly<{
  leg: number;
  /** True when it called a model; a plain program does not, and needs no account. */
  conversed: boolean;
  /** The agent's own id of the conversation that the leg began with. */
  conversation?: string | undefined;
  /** Model calls after the last account, at the price table; too low, because output tokens on the stream are partial. */
  estimate: ByModel;
  /** What the agent's own accounts have added to those of earlier legs. */
  result?: ByModel | undefined;
  /** False when an account was not understood. */
  accountComplete: boolean;
  ended?: LegEnd | undefined;
  /** Model answers of the main conversation. */
  answers: number;
  turns?: number | undefined;
  durationMs?: number | undefined;
}>;

/** The figures that totals are calculated from; the store keeps the same ones. */
export type SessionRecord = Readonly<{
  legs: readonly Leg[];
  toolCalls: number;
  failedTools: number;
  subagents: number;
}>;

/** The place of the calls that the model gateway has recorded, beside the legs of the agent. */
const GATEWAY_LEG = -1;

/**
 * Calculates the usage of a session. The calls that the model gateway has recorded are its tokens and cost. In a session without such calls
 * these are the agent's accounts, and estimates of what no account includes, which make the cost incomplete.
 */
export function usageOf({ legs, toolCalls, failedTools, subagents }: SessionRecord): Usage {
  const inOrder = legs.filter(({ leg }) => leg !== GATEWAY_LEG).sort((one, other) => one.leg - other.leg);
  const recorded = legs.find(({ leg }) => leg === GATEWAY_LEG);
  return {
    ...(recorded?.result ? recordedUsage(recorded) : reportedUsage(inOrder)),
    toolCalls,
    failedTools,
    subagents,
    turns: sumOf(inOrder, ({ turns, answers }) => turns ?? answers),
    durationMs: sumOf(inOrder, ({ durationMs }) => durationMs ?? 0),
  };
}

function recordedUsage({ result = {}, accountComplete }: Leg): Usage {
  const total = usageOfModels(result);
  return { ...total, costComplete: total.costComplete && accountComplete };
}

function reportedUsage(inOrder: readonly Leg[]): Usage {
  const unaccounted = inOrder.filter((leg, index) => isUnaccounted(leg, inOrder.slice(index + 1)));
  const accounts = inOrder.map(({ result }) => result ?? {});
  const parts = [...accounts, ...unaccounted.map(({ estimate }) => estimate)].map(usageOfModels);
  const total = notNegative(parts.reduce(addUsage, NO_USAGE));
  const isComplete = unaccounted.length === 0 && inOrder.every((leg) => leg.accountComplete);
  return { ...total, costComplete: total.costComplete && isComplete };
}

/** True for a leg with calls after its last account that no account of a later leg includes. */
function isUnaccounted(leg: Leg, later: readonly Leg[]): boolean {
  const isSettled = leg.result !== undefined && Object.keys(leg.estimate).length === 0;
  if (!leg.conversed || isSettled) return false;
  return !(leg.ended === 'interrupted' && later.some((next) => next.result && isContinued(leg, next)));
}

const isContinued = ({ conversation: one }: Leg, { conversation: other }: Leg): boolean =>
  one === undefined || other === undefined || one === other;

/** An agent may take back what it has counted. */
function notNegative(usage: Usage): Usage {
  const models = Object.entries(usage.byModel).map(([model, counts]): [string, ModelUsage] => [
    model,
    {
      inputTokens: Math.max(0, counts.inputTokens),
      outputTokens: Math.max(0, counts.outputTokens),
      cacheCreationTokens: Math.max(0, counts.cacheCreationTokens),
      cacheReadTokens: Math.max(0, counts.cacheReadTokens),
      costUsd: notNegativeUsd(counts.costUsd),
    },
  ]);
  return { ...usage, byModel: Object.fromEntries(models), costUsd: notNegativeUsd(usage.costUsd) };
}

const notNegativeUsd = (usd: string | null) => (usd?.startsWith('-') ? '0' : usd);

const sumOf = (legs: readonly Leg[], figure: (leg: Leg) => number): number => legs.map(figure).reduce(addCounts, 0);

type OpenLeg = { -readonly [Key in keyof Omit<Leg, 'estimate' | 'result'>]: Leg[Key] } & {
  estimate: Map<string, ModelUsage>;
  account: Map<string, ModelUsage>;
  /** Accounts so far. */
  accounts: number;
};

/** Adds up events, with constant work for each; each fact must be added at most once. */
export class SessionTally {
  readonly #legs = new Map<number, OpenLeg>();
  #toolCalls = 0;
  #failedTools = 0;
  #subagents = 0;

  get record(): SessionRecord {
    return {
      legs: [...this.#legs.values()].map(legOf),
      toolCalls: this.#toolCalls,
      failedTools: this.#failedTools,
      subagents: this.#subagents,
    };
  }

  add(event: TelemetryEvent): void {
    switch (event.type) {
      case 'tool_execution_started':
        this.#toolCalls++;
        return;
      case 'tool_execution_completed':
        if (event.data['success'] === false) this.#failedTools++;
        return;
      case 'tool_execution_failed':
        this.#failedTools++;
        return;
      case 'subagent_started':
        if (event.data['subagent_tool_use_id']) this.#subagents++;
        return;
      default:
        this.#addToLeg(event);
    }
  }

  #addToLeg(event: TelemetryEvent): void {
    const started = dataOf('agent_initialized', event);
    if (started) begin(this.#leg(started.leg), started);

    const call = dataOf('token_usage', event);
    if (call) addCall(this.#leg(call.leg ?? 1), call);

    const recorded = dataOf('model_call', event);
    if (recorded) addRecordedCall(this.#leg(GATEWAY_LEG), recorded);

    const summary = dataOf('session_summary', event);
    if (summary) addSummary(this.#leg(summary.leg), summary);

    const end = dataOf('leg_ended', event);
    if (end) {
      const leg = this.#leg(end.leg);
      leg.ended = end.ended;
      leg.durationMs ??= end.duration_ms;
    }
  }

  #leg(number: number): OpenLeg {
    const known = this.#legs.get(number);
    if (known) return known;

    const figures = { leg: number, conversed: false, accountComplete: true, answers: 0, accounts: 0 };
    const leg: OpenLeg = { ...figures, estimate: new Map(), account: new Map() };
    this.#legs.set(number, leg);
    return leg;
  }
}

const legOf = ({ estimate, account, accounts, ...leg }: OpenLeg): Leg => ({
  ...leg,
  estimate: Object.fromEntries(estimate),
  result: accounts > 0 ? Object.fromEntries(account) : undefined,
});

type Call = TelemetryData<'token_usage'>;
type Summary = TelemetryData<'session_summary'>;
type ModelTokens = Pick<
  Call,
  'input_tokens' | 'output_tokens' | 'cache_creation_tokens' | 'cache_read_tokens' | 'cost_usd'
>;

const modelUsageOf = (tokens: ModelTokens): ModelUsage => ({
  inputTokens: tokens.input_tokens,
  outputTokens: tokens.output_tokens,
  cacheCreationTokens: tokens.cache_creation_tokens,
  cacheReadTokens: tokens.cache_read_tokens,
  costUsd: tokens.cost_usd ?? null,
});

function addTo(models: Map<string, ModelUsage>, model: string, tokens: ModelTokens): void {
  const usage = modelUsageOf(tokens);
  const sum = models.get(model);
  models.set(model, sum ? addModelUsage(sum, usage) : usage);
}

function begin(leg: OpenLeg, { agent_session_id }: TelemetryData<'agent_initialized'>): void {
  leg.conversed = true;
  leg.conversation ??= agent_session_id;
}

function addCall(leg: OpenLeg, call: Call): void {
  leg.conversed = true;
  if ((call.results_before ?? 0) >= leg.accounts) addTo(leg.estimate, call.model ?? 'unknown', call.added ?? call);
  if (!call.added && !call.parent_tool_use_id) leg.answers++;
}

function addRecordedCall(leg: OpenLeg, call: TelemetryData<'model_call'>): void {
  leg.accounts = 1;
  leg.accountComplete &&= call.complete;
  addTo(leg.account, call.model ?? 'unknown', call);
}

/** An account includes the calls before it. */
function addSummary(leg: OpenLeg, summary: Summary): void {
  leg.conversed = true;
  leg.accountComplete &&= summary.account_complete ?? true;
  const number = summary.result_number ?? 1;
  if (number > leg.accounts) {
    leg.accounts = number;
    leg.estimate.clear();
    for (const [model, tokens] of Object.entries(summary.added ?? summary.model_usage)) {
      addTo(leg.account, model, tokens);
    }
  }
  if (summary.num_turns !== undefined) leg.turns = addCounts(leg.turns ?? 0, summary.num_turns);
  if (summary.duration_ms !== undefined) leg.durationMs = addCounts(leg.durationMs ?? 0, summary.duration_ms);
}
