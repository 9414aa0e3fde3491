import type { Immutable } from '@syntropic/kernel';
import {
  workflowExecution,
  workflowTemplate,
  type WorkflowDefinition,
  type WorkflowEvents,
} from '@syntropic/orchestration/contracts';
import { projection, type ListedRowOf } from '@syntropic/projections';
import { z } from 'zod';

const row = z.object({
  workflow_id: z.string(),
  name: z.string(),
  workflow_type: z.string(),
  classification: z.string(),
  phase_count: z.int(),
  requires_repos: z.boolean(),
  is_archived: z.boolean(),
  runs_count: z.int(),
  created_at: z.iso.datetime(),
  definition: z.custom<WorkflowDefinition>(),
});

export type ListedWorkflow = ListedRowOf<typeof workflowProjection>;
export type WorkflowRow = Immutable<z.output<typeof row>>;

/** All workflows, as list and detail. */
export const workflowProjection = projection(
  workflowTemplate,
  workflowExecution,
)({
  name: 'workflow',
  version: 1,
  row,
  key: 'workflow_id',
  indexes: [
    ['created_at', 'workflow_id', 'is_archived'],
    ['name', 'workflow_id', 'is_archived'],
    ['workflow_type', 'workflow_id', 'is_archived'],
    ['phase_count', 'workflow_id', 'is_archived'],
    ['runs_count', 'workflow_id', 'is_archived'],
    ['workflow_type', 'created_at', 'workflow_id', 'is_archived'],
  ],
  counted: [[], ['is_archived'], ['workflow_type', 'is_archived']],
  listed: { column: 'definition', schema: z.null(), sql: 'null' },
  keys: ({ data }) => [data.workflowId],
  on: {
    WorkflowCreated: (_, { data: { workflowId, ...definition }, recordedAt }) => ({
      workflow_id: workflowId,
      name: definition.name,
      workflow_type: definition.workflowType,
      classification: definition.classification,
      phase_count: definition.phases.length,
      requires_repos: definition.requiresRepos,
      is_archived: false,
      runs_count: 0,
      created_at: recordedAt,
      definition,
    }),
    WorkflowPhaseUpdated: (row, { data }) =>
      row && { ...row, definition: { ...row.definition, phases: row.definition.phases.map(updated(data)) } },
    WorkflowArchived: (row) => row && { ...row, is_archived: true },
    ExecutionStarted: (row) => row && { ...row, runs_count: row.runs_count + 1 },
  },
});

type PhaseUpdate = WorkflowEvents['WorkflowPhaseUpdated']['data'];

const updated =
  ({ phaseId, promptTemplate, model, timeoutSeconds, allowedTools }: PhaseUpdate) =>
  (phase: WorkflowRow['definition']['phases'][number]) =>
    phase.phaseId === phaseId
      ? {
          ...phase,
          promptTemplate,
          model: model ?? phase.model,
          timeoutSeconds: timeoutSeconds ?? phase.timeoutSeconds,
          allowedTools: allowedTools ?? phase.allowedTools,
        }
      : phase;
