import { agentSession } from '@syntropic/agent-sessions/contracts';
import { artifact, type ArtifactEvents } from '@syntropic/artifacts/contracts';
import {
  addCounts,
  addToSum,
  isUnaccounted,
  NO_USAGE,
  NO_USAGE_SUM,
  repriceInSum,
  type Immutable,
  type UsageSum,
} from '@syntropic/kernel';
import { projection, usageColumns, usageRow } from '@syntropic/projections';
import { z } from 'zod';

const row = z.object({
  /** The workflow and the phase. */
  phase_total_id: z.string(),
  workflow_id: z.string(),
  phase_id: z.string(),
  /** Of the session that has started or ended last. */
  status: z.enum(['running', 'completed', 'failed', 'cancelled']),
  session_count: z.int(),
  ...usageColumns,
  /** Milliseconds that agents ran, without frozen time. */
  duration_ms: z.int(),
  artifact_count: z.int(),
  artifact_bytes: z.int(),
  detail: z.custom<UsageSum>(),
});

export type PhaseTotalRow = Immutable<z.output<typeof row>>;

/**
 * The sums over all sessions of each phase of each workflow, and over what they produced.
 * Sessions that run, or were lost, are counted, and what they use is not in the sums: telemetry has it.
 */
export const phaseTotalProjection = projection(
  agentSession,
  artifact,
)({
  name: 'phase_total',
  version: 2,
  row,
  key: 'phase_total_id',
  indexes: [['workflow_id']],
  keys: (event) => {
    switch (event.type) {
      case 'SessionStarted':
      case 'SessionCompleted':
      case 'SessionRepriced':
        return [keyOf(event.data)];
      case 'ArtifactCreated':
        return [event.data].filter(isProduced).map(keyOf);
      case 'ArtifactUpdated':
      case 'ArtifactUploaded':
      case 'ArtifactDeleted':
        return [];
    }
  },
  on: {
    SessionStarted: (row, { data }, key) => {
      const before = row ?? nothing(key, data);
      return { ...before, status: 'running', session_count: before.session_count + 1 };
    },
    SessionCompleted: (row, { data }, key) => {
      const before = row ?? nothing(key, data);
      const sum = isUnaccounted(data.usage) ? before.detail : addToSum(before.detail, data.usage);
      return { ...withSum(before, sum), status: data.status };
    },
    SessionRepriced: (row, { data }) => row && withSum(row, repriceInSum(row.detail, data.before, data.after)),
    ArtifactCreated: (row, { data }, key) => {
      if (!isProduced(data)) return row;
      const before = row ?? nothing(key, data);
      return {
        ...before,
        artifact_count: before.artifact_count + 1,
        artifact_bytes: addCounts(before.artifact_bytes, data.sizeBytes),
      };
    },
  },
});

const withSum = (row: PhaseTotalRow, sum: UsageSum): PhaseTotalRow => ({
  ...row,
  ...usageRow(sum.usage),
  duration_ms: sum.usage.durationMs,
  detail: sum,
});

type Phase = Readonly<{ workflowId: string; phaseId: string }>;

const keyOf = ({ workflowId, phaseId }: Phase): string => `${workflowId} ${phaseId}`;

/** Clients add artifacts too, which no session has produced. */
const isProduced = <Data extends ArtifactEvents['ArtifactCreated']['data']>(data: Data): data is Data & Phase =>
  data.executionId !== undefined && data.phaseId !== undefined;

const nothing = (key: string, { workflowId, phaseId }: Phase): PhaseTotalRow => ({
  phase_total_id: key,
  workflow_id: workflowId,
  phase_id: phaseId,
  status: 'running',
  session_count: 0,
  ...usageRow(NO_USAGE),
  duration_ms: 0,
  artifact_count: 0,
  artifact_bytes: 0,
  detail: NO_USAGE_SUM,
});
