import { addUsage, NO_USAGE, OTHER_MODELS, tokensOf, type Usage } from '@syntropic/kernel';
import type { ExecutionEvents, ForkOf, TakenOverPhase } from '@syntropic/orchestration/contracts';
import { usageColumns } from '@syntropic/projections';
import { z } from 'zod';

/** The sums of the phases that ran in earlier executions. The columns of an execution's own usage do not include them. */
export const takenOverColumns = {
  taken_over_phases: z.int(),
  taken_over_tokens: z.int(),
  taken_over_cost_usd: usageColumns.cost_usd,
  taken_over_cost_complete: usageColumns.cost_complete,
};

export function takenOverRow(phases: readonly TakenOverPhase[]): z.output<z.ZodObject<typeof takenOverColumns>> {
  const usage = phases.map(usageOf).reduce(addUsage, NO_USAGE);
  return {
    taken_over_phases: phases.length,
    taken_over_tokens: tokensOf(usage).totalTokens,
    taken_over_cost_usd: usage.costUsd,
    taken_over_cost_complete: usage.costComplete,
  };
}

const usageOf = ({ used: { costComplete, ...model } }: TakenOverPhase): Usage => ({
  ...NO_USAGE,
  byModel: { [OTHER_MODELS]: model },
  costUsd: model.costUsd,
  costComplete,
});

/** The session that a fork goes on with, and what that had used until there. */
export type ForkRow = Omit<ForkOf, 'uri' | 'prompt'>;

export function forkRow({ forkOf }: ExecutionEvents['ExecutionStarted']['data']): { forkOf?: ForkRow } {
  if (!forkOf) return {};
  const { uri: _, prompt: __, ...shown } = forkOf;
  return { forkOf: shown };
}
