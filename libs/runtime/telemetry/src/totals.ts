import { addModelUsage, addUsage, NO_USAGE, usageOfModels, type ModelUsage, type Usage } from '@syntropic/kernel';
import type { TelemetryData } from './catalogue';
import { dataOf, type TelemetryEvent } from './telemetry-event';

/** `interrupted`: stopped after INT or TERM, and included in the next leg's account. `exited`: ended by itself. */
export type LegEnd = 'exited' | 'interrupted' | 'killed';

type ByModel = Readonly<Record<string, ModelUsage>>;

/** The figures of one leg. */
export type Leg = Readonly<{
  leg: number;
  /** True when it called a model; a plain program does not, and needs no account. */
  conversed: boolean;
  /** The sum of single model calls, at the price table; too low, because output tokens on the stream are partial. */
  estimate: ByModel;
  /** The agent's own final account. */
  result?: ByModel | undefined;
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

/**
 * Calculates the usage of a session: its last account, which includes earlier legs that were interrupted or gave an
 * account themselves. Every other leg adds its estimate, and makes the cost incomplete.
 */
export function usageOf({ legs, toolCalls, failedTools, subagents }: SessionRecord): Usage {
  const inOrder = [...legs].sort((one, other) => one.leg - other.leg);
  const last = inOrder.findLastIndex(({ result }) => result);
  const account = inOrder[last]?.result;
  const estimated = inOrder.filter((leg, index) => leg.conversed && (index > last || lostBefore(leg)));

  const parts = [...(account ? [account] : []), ...estimated.map(({ estimate }) => estimate)].map(usageOfModels);
  const total = parts.reduce(addUsage, NO_USAGE);
  return {
    ...total,
    costComplete: estimated.length === 0 && total.costComplete,
    toolCalls,
    failedTools,
    subagents,
    turns: sumOf(inOrder, ({ turns, answers }) => turns ?? answers),
    durationMs: sumOf(inOrder, ({ durationMs }) => durationMs ?? 0),
  };
}

/** True for a leg before the last account that this account does not include. */
const lostBefore = ({ result, ended }: Leg): boolean => !result && ended !== 'interrupted';

const sumOf = (legs: readonly Leg[], figure: (leg: Leg) => number): number =>
  legs.reduce((sum, leg) => sum + figure(leg), 0);

type OpenLeg = { -readonly [Key in keyof Omit<Leg, 'estimate'>]: Leg[Key] } & { estimate: Map<string, ModelUsage> };

/** Adds up events, with constant work for each; each fact must be added at most once. */
export class SessionTally {
  readonly #legs = new Map<number, OpenLeg>();
  #toolCalls = 0;
  #failedTools = 0;
  #subagents = 0;

  get record(): SessionRecord {
    return {
      legs: [...this.#legs.values()].map((leg) => ({ ...leg, estimate: Object.fromEntries(leg.estimate) })),
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
    if (started) this.#leg(started.leg).conversed = true;

    const call = dataOf('token_usage', event);
    if (call) addCall(this.#leg(call.leg ?? 1), call);

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

    const leg: OpenLeg = { leg: number, conversed: false, estimate: new Map(), answers: 0 };
    this.#legs.set(number, leg);
    return leg;
  }
}

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

function addCall(leg: OpenLeg, call: Call): void {
  const model = call.model ?? 'unknown';
  const usage = modelUsageOf(call);
  const sum = leg.estimate.get(model);
  leg.conversed = true;
  leg.estimate.set(model, sum ? addModelUsage(sum, usage) : usage);
  if (!call.parent_tool_use_id) leg.answers++;
}

function addSummary(leg: OpenLeg, summary: Summary): void {
  const accounts = Object.entries(summary.model_usage);
  leg.conversed = true;
  if (accounts.length > 0) {
    leg.result = Object.fromEntries(accounts.map(([model, tokens]) => [model, modelUsageOf(tokens)]));
  }
  leg.turns = summary.num_turns;
  leg.durationMs = summary.duration_ms ?? leg.durationMs;
}
