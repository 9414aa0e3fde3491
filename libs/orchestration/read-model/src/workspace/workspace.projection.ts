import { workspace } from '@syntropic/orchestration/contracts';
import { projection } from '@syntropic/projections';
import { z } from 'zod';

const row = z.object({
  workspace_id: z.string(),
  execution_id: z.string(),
  phase_id: z.string(),
  session_id: z.string(),
  backend: z.string(),
  runner: z.string(),
  /** `active`, or why it was terminated. */
  status: z.enum(['active', 'completed', 'failed', 'cancelled', 'parked', 'interrupted']),
  create_duration_ms: z.int(),
  created_at: z.iso.datetime(),
  terminated_at: z.iso.datetime().nullable(),
});

/** The workspaces of agents: how long their creation took, and how they ended. */
export const workspaceProjection = projection(workspace)({
  name: 'workspace',
  version: 1,
  row,
  key: 'workspace_id',
  indexes: [['created_at'], ['execution_id']],
  keys: ({ data }) => [data.workspaceId],
  on: {
    WorkspaceCreated: (_, { data, recordedAt }) => ({
      workspace_id: data.workspaceId,
      execution_id: data.executionId,
      phase_id: data.phaseId,
      session_id: data.sessionId,
      backend: data.backend,
      runner: data.runner,
      status: 'active',
      create_duration_ms: data.durationMs,
      created_at: recordedAt,
      terminated_at: null,
    }),
    WorkspaceTerminated: (row, { data, recordedAt }) => row && { ...row, status: data.why, terminated_at: recordedAt },
  },
});
