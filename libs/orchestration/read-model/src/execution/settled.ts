import { addToSum, boundedUsage, isUnaccounted, withCosts, type Usage, type UsageSum } from '@syntropic/kernel';
import { usageRow } from '@syntropic/projections';
import type { ExecutionRow } from './execution-row';
import { shownArtifactIds, withPhase, type PhaseRow } from './phase-row';

type Settled = Readonly<{
  phaseId: string;
  sessionId: string;
  /** The model that the agent began with; older builds did not record it. */
  model?: string | undefined;
  usage: Usage;
  artifacts: readonly { artifactId: string }[];
}>;

/** Adds the usage of an ended attempt, once: a later approval repeats it, at the costs that it had at its end. */
export function settled(row: ExecutionRow | undefined, attempt: Settled, change: Partial<PhaseRow>) {
  if (!row) return undefined;
  const { phaseId, sessionId, model, artifacts } = attempt;
  const counted = row.detail.phases.find((phase) => phase.phaseId === phaseId && phase.status === 'waiting');
  const { [sessionId]: costs, ...repriced } = row.detail.repriced ?? {};
  const usage = costs ? withCosts(attempt.usage, costs) : attempt.usage;
  const lost = !counted && isUnaccounted(usage) ? [sessionId] : [];
  const after = counted ? row : withSum(row, addToSum(row.detail, usage));

  return {
    ...after,
    detail: {
      ...after.detail,
      ...(costs && { repriced }),
      unaccounted: [...row.detail.unaccounted, ...lost],
      phases: withPhase(row.detail.phases, phaseId, {
        ...change,
        ...(model !== undefined && { model }),
        usage: counted?.usage ?? boundedUsage(usage),
        artifactIds: shownArtifactIds(row.detail.phases, phaseId, artifacts),
      }),
    },
  };
}

export const withSum = (row: ExecutionRow, { usage, costs }: UsageSum): ExecutionRow => ({
  ...row,
  ...usageRow(usage),
  detail: { ...row.detail, usage, costs },
});
