import { z } from 'zod';
import { addUsd, Usd } from './usd';

const Count = z.number().int().nonnegative();

/** Tokens and cost of one model in a session. */
export const ModelUsage = z.object({
  inputTokens: Count,
  outputTokens: Count,
  cacheCreationTokens: Count,
  cacheReadTokens: Count,
  /** `null` when the model's price is unknown. */
  costUsd: Usd.nullable(),
});
export type ModelUsage = Readonly<z.infer<typeof ModelUsage>>;

/** Usage of agents, of one session or as a sum. Total tokens = input + output + cache creation + cache read, everywhere. */
export const Usage = z.object({
  byModel: z.record(z.string(), ModelUsage),
  /** `null` while the price of a model is unknown. */
  costUsd: Usd.nullable(),
  /** False when a part is an estimate, because an agent ended without its final report. */
  costComplete: z.boolean(),
  toolCalls: Count,
  failedTools: Count,
  subagents: Count,
  turns: Count,
  /** Milliseconds that agents ran, without frozen time. */
  durationMs: Count,
});
export type Usage = Readonly<z.infer<typeof Usage>>;

export type TokenCounts = Readonly<Omit<ModelUsage, 'costUsd'> & { totalTokens: number }>;

export const NO_USAGE: Usage = {
  byModel: {},
  costUsd: '0',
  costComplete: true,
  toolCalls: 0,
  failedTools: 0,
  subagents: 0,
  turns: 0,
  durationMs: 0,
};

/** True for an agent that was lost before it reported its usage. */
export const isUnaccounted = ({ byModel, costComplete }: Pick<Usage, 'byModel' | 'costComplete'>): boolean =>
  !costComplete && Object.keys(byModel).length === 0;

const plus = (one: Usd | null, other: Usd | null): Usd | null =>
  one === null || other === null ? null : addUsd(one, other);

const addModel = (one: ModelUsage | undefined, other: ModelUsage): ModelUsage =>
  one
    ? {
        inputTokens: one.inputTokens + other.inputTokens,
        outputTokens: one.outputTokens + other.outputTokens,
        cacheCreationTokens: one.cacheCreationTokens + other.cacheCreationTokens,
        cacheReadTokens: one.cacheReadTokens + other.cacheReadTokens,
        costUsd: plus(one.costUsd, other.costUsd),
      }
    : other;

export function addUsage(one: Usage, other: Usage): Usage {
  const byModel = { ...one.byModel };
  for (const [model, usage] of Object.entries(other.byModel))
    byModel[model] = addModel(Object.hasOwn(one.byModel, model) ? one.byModel[model] : undefined, usage);

  return {
    byModel,
    costUsd: plus(one.costUsd, other.costUsd),
    costComplete: one.costComplete && other.costComplete,
    toolCalls: one.toolCalls + other.toolCalls,
    failedTools: one.failedTools + other.failedTools,
    subagents: one.subagents + other.subagents,
    turns: one.turns + other.turns,
    durationMs: one.durationMs + other.durationMs,
  };
}

/** The tokens of all models together. */
export function tokensOf({ byModel }: Pick<Usage, 'byModel'>): TokenCounts {
  const all = Object.values(byModel).reduce(addModel, {
    inputTokens: 0,
    outputTokens: 0,
    cacheCreationTokens: 0,
    cacheReadTokens: 0,
    costUsd: null,
  });
  const { inputTokens, outputTokens, cacheCreationTokens, cacheReadTokens } = all;
  const totalTokens = inputTokens + outputTokens + cacheCreationTokens + cacheReadTokens;
  return { inputTokens, outputTokens, cacheCreationTokens, cacheReadTokens, totalTokens };
}
