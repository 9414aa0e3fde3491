import type { ListedWorkflow, WorkflowRow } from '@syntropic/orchestration/read-model';
import { cutMark } from '../reads/cut-mark';
import type { WorkflowView } from './workflows.dto';

export const workflowSummary = (row: ListedWorkflow) => ({
  id: row.workflow_id,
  name: row.name,
  workflow_type: row.workflow_type,
  classification: row.classification,
  phase_count: row.phase_count,
  created_at: row.created_at,
  runs_count: row.runs_count,
  is_archived: row.is_archived,
  requires_repos: row.requires_repos,
  ...cutMark(row),
});

export function workflowView({ definition, ...row }: WorkflowRow): WorkflowView {
  return {
    id: row.workflow_id,
    name: row.name,
    description: definition.description ?? null,
    workflow_type: row.workflow_type,
    classification: row.classification,
    phases: definition.phases.map((phase) => phaseView(phase, definition.agent?.provider)),
    input_declarations: definition.inputs.map((input) => ({
      name: input.name,
      description: input.description ?? null,
      required: input.required,
      default: input.default ?? null,
    })),
    created_at: row.created_at,
    runs_count: row.runs_count,
    runs_link: `/api/workflows/${encodeURIComponent(row.workflow_id)}/runs`,
    repository_url: definition.repositoryUrl ?? null,
    repository_ref: definition.repositoryRef ?? null,
    project_name: definition.projectName ?? null,
    repos: [...definition.repos],
    requires_repos: row.requires_repos,
    interruption_retries: retriesView(definition.interruptionRetries),
    is_archived: row.is_archived,
    budget: definition.budget?.map(({ kind, limit, onExceeded }) => ({ kind, limit, on_exceeded: onExceeded })) ?? null,
  };
}

const retriesView = ({ max, backoffSeconds }: Phase['retries'] = { max: 0, backoffSeconds: 0 }) => ({
  max,
  backoff_seconds: backoffSeconds,
});

type Phase = WorkflowRow['definition']['phases'][number];

const phaseView = (phase: Phase, provider = 'claude'): WorkflowView['phases'][number] => ({
  phase_id: phase.phaseId,
  name: phase.name,
  order: phase.order,
  execution_type: phase.executionType,
  description: phase.description ?? null,
  agent_type: phase.agent?.provider ?? provider,
  prompt_template: phase.promptTemplate ?? null,
  timeout_seconds: phase.timeoutSeconds,
  allowed_tools: [...phase.allowedTools],
  argument_hint: phase.argumentHint ?? null,
  model: phase.model ?? null,
  max_tokens: phase.maxTokens ?? null,
  input_artifact_types: [...phase.inputArtifactTypes],
  output_artifact_types: [...phase.outputArtifactTypes],
  retries: retriesView(phase.retries),
});
