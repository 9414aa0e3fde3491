import { addUsage, boundedUsage, isUnaccounted, type Usage } from '@syntropic/kernel';
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

/** Adds the usage of an ended attempt, once: a later approval repeats it. */
export function settled(row: ExecutionRow | undefined, attempt: Settled, change: Partial<PhaseRow>) {
  if (!row) return undefined;
  const { phaseId, sessionId, model, usage, artifacts } = attempt;
  const isCounted = row.detail.phases.some((phase) => phase.phaseId === phaseId && phase.status === 'waiting');
  const all = isCounted ? row.detail.usage : addUsage(row.detail.usage, usage);
  const lost = !isCounted && isUnaccounted(usage) ? [sessionId] : [];

  return {
    ...row,
    ...usageRow(all),
    detail: {
      ...row.detail,
      usage: all,
      unaccounted: [...row.detail.unaccounted, ...lost],
      phases: withPhase(row.detail.phases, phaseId, {
        ...change,
        ...(model !== undefined && { model }),
        usage: boundedUsage(usage),
        artifactIds: shownArtifactIds(row.detail.phases, phaseId, artifacts),
      }),
    },
  };
}
