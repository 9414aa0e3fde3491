import { z } from 'zod';
import { ShortName } from './texts';
import { addUsd, leastUsd, Usd } from './usd';

/** More digits than any sum has. */
const BoundedUsd = Usd.max(64);

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

/** The costs of a usage, as a price table and the agent's own accounts make them. */
export const UsageCosts = z.object({
  byModel: z.record(z.string(), Usd.nullable()),
  costUsd: Usd.nullable(),
  costComplete: z.boolean(),
});
export type UsageCosts = Readonly<z.infer<typeof UsageCosts>>;

/** The most models of one usage, `other` included. */
export const MAX_MODELS = 100;

/** The usage of one model as commands report it. */
export const ReportedModelUsage = ModelUsage.extend({ costUsd: BoundedUsd.nullable() });

/** A usage as commands report it. */
export const ReportedUsage = Usage.extend({
  byModel: z
    .record(ShortName, ReportedModelUsage)
    .refine((models) => Object.keys(models).length <= MAX_MODELS, `at most ${MAX_MODELS} models`),
  costUsd: BoundedUsd.nullable(),
});

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

/** The usage of an agent that has reported none. */
export const UNKNOWN_USAGE: Usage = { ...NO_USAGE, costComplete: false };

/** True for an agent that was lost before it reported its usage. */
export const isUnaccounted = ({ byModel, costComplete }: Pick<Usage, 'byModel' | 'costComplete'>): boolean =>
  !costComplete && Object.keys(byModel).length === 0;

/** The most that a sum of counts or costs may be: it stays there, and the usage is never complete again. */
export const MAX_COUNT = Number.MAX_SAFE_INTEGER;
export const MAX_USD: Usd = '999999999';

/** Stands for all models beyond the most. */
export const OTHER_MODELS = 'other';

export const addCounts = (one: number, other: number): number => Math.min(one + other, MAX_COUNT);

/** A sum of known costs, which stays at the most that a sum may be. */
export const addBoundedUsd = (one: Usd, other: Usd): Usd => leastUsd(addUsd(one, other), MAX_USD);

/** `null` for a cost that is not known. */
export const addCosts = (one: Usd | null, other: Usd | null): Usd | null =>
  one === null || other === null ? null : addBoundedUsd(one, other);

export const addModelUsage = (one: ModelUsage, other: ModelUsage): ModelUsage => ({
  inputTokens: addCounts(one.inputTokens, other.inputTokens),
  outputTokens: addCounts(one.outputTokens, other.outputTokens),
  cacheCreationTokens: addCounts(one.cacheCreationTokens, other.cacheCreationTokens),
  cacheReadTokens: addCounts(one.cacheReadTokens, other.cacheReadTokens),
  costUsd: addCosts(one.costUsd, other.costUsd),
});

/** The usage of models together; those beyond the most are added up as `other`. */
function addModels(...parts: readonly Usage['byModel'][]): Usage['byModel'] {
  const models = new Map<string, ModelUsage>();
  for (const [model, usage] of parts.flatMap((byModel) => Object.entries(byModel))) {
    const named = models.size - (models.has(OTHER_MODELS) ? 1 : 0);
    const hasRoom = models.has(model) || named < MAX_MODELS - 1;
    const name = hasRoom ? model : OTHER_MODELS;
    models.set(name, addModelUsage(models.get(name) ?? FREE, usage));
  }
  return Object.fromEntries(models);
}

export function addUsage(one: Usage, other: Usage): Usage {
  const byModel = addModels(one.byModel, other.byModel);
  const costUsd = addCosts(one.costUsd, other.costUsd);
  const isSaturated = tokensOf({ byModel }).totalTokens === MAX_COUNT || costUsd === MAX_USD;

  return {
    byModel,
    costUsd,
    costComplete: one.costComplete && other.costComplete && !isSaturated,
    toolCalls: addCounts(one.toolCalls, other.toolCalls),
    failedTools: addCounts(one.failedTools, other.failedTools),
    subagents: addCounts(one.subagents, other.subagents),
    turns: addCounts(one.turns, other.turns),
    durationMs: addCounts(one.durationMs, other.durationMs),
  };
}

/** A usage within the bounds of models and sums; events of older builds may exceed them. */
export const boundedUsage = (usage: Usage): Usage => addUsage(NO_USAGE, usage);

export const costsOf = ({
  byModel,
  costUsd,
  costComplete,
}: Pick<Usage, 'byModel' | 'costUsd' | 'costComplete'>): UsageCosts => ({
  byModel: Object.fromEntries(Object.entries(byModel).map(([model, usage]) => [model, usage.costUsd])),
  costUsd,
  costComplete,
});

/** The same usage at other costs. */
export const withCosts = (usage: Usage, { byModel, costUsd, costComplete }: UsageCosts): Usage => ({
  ...usage,
  byModel: Object.fromEntries(
    Object.entries(usage.byModel).map(([model, one]) => {
      const cost = Object.hasOwn(byModel, model) ? byModel[model] : undefined;
      return [model, cost === undefined ? one : { ...one, costUsd: cost }];
    }),
  ),
  costUsd,
  costComplete,
});

/** The usage of these models alone: complete where each of them has a cost. */
export function usageOfModels(byModel: Usage['byModel']): Usage {
  const costUsd = Object.values(byModel).reduce<Usd | null>((sum, model) => addCosts(sum, model.costUsd), '0');
  return boundedUsage({ ...NO_USAGE, byModel, costUsd, costComplete: costUsd !== null });
}

/** The tokens of all models together. */
export function tokensOf({ byModel }: Pick<Usage, 'byModel'>): TokenCounts {
  const { costUsd, ...tokens } = Object.values(byModel).reduce(addModelUsage, NO_MODEL_USAGE);
  return { ...tokens, totalTokens: Object.values(tokens).reduce(addCounts, 0) };
}

const NO_MODEL_USAGE: ModelUsage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheCreationTokens: 0,
  cacheReadTokens: 0,
  costUsd: null,
};

const FREE: ModelUsage = { ...NO_MODEL_USAGE, costUsd: '0' };
