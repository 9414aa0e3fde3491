import { derivedUuid, PhaseId, WorkflowId, type InputOf } from '@syntropic/kernel';
import { agentOf, type workflowTemplate } from '@syntropic/orchestration/contracts';
import { invalidRequest } from '../problems/problem';
import { PhaseRequest, type CreateWorkflowRequest } from './workflows.dto';

type Definition = InputOf<typeof workflowTemplate.commands.CreateWorkflow>;

/** The command data of a request. Generated ids derive from the command id, so that a resent request names the same ids. */
export function definitionOf(request: CreateWorkflowRequest, commandId: string): Definition {
  const phases = (request.phases?.length ? request.phases : [INITIAL_PHASE])
    .map((phase, index) => phaseOf(phase, index, commandId))
    .map((phase) => withDefaults(phase, request.agent));
  refuseRepeated(phases, 'phaseId', 'phase_id');
  refuseRepeated(phases, 'order', 'order');

  return {
    workflowId: request.id ?? WorkflowId.parse(derivedUuid(commandId, 'workflow')),
    name: request.name,
    description: request.description,
    workflowType: request.workflow_type,
    classification: request.classification,
    repositoryUrl: request.repository_url || undefined,
    repositoryRef: request.repository_ref,
    requiresRepos: request.requires_repos,
    projectName: request.project_name,
    inputs: request.input_declarations ?? [],
    repos: request.repos,
    agent: request.agent && agentOf(request.agent),
    phases,
  };
}

const INITIAL_PHASE = PhaseRequest.parse({ name: 'Initial Phase' });

function phaseOf(phase: PhaseRequest, index: number, commandId: string) {
  const { retries } = phase;
  return {
    phaseId: phase.phase_id ?? phase.id ?? PhaseId.parse(derivedUuid(commandId, 'phase', index)),
    name: phase.name,
    order: phase.order ?? index + 1,
    executionType: phase.execution_type,
    description: phase.description,
    inputArtifactTypes: phase.input_artifact_types ?? phase.input_artifacts,
    outputArtifactTypes: phase.output_artifact_types ?? phase.output_artifacts,
    promptTemplate: phase.prompt_template,
    timeoutSeconds: phase.timeout_seconds,
    allowedTools: phase.allowed_tools ?? phase.tools,
    argumentHint: phase.argument_hint,
    ...boundsOf(phase),
    agent: phase.agent && agentOf(phase.agent),
    retries: retries && { max: retries.max, backoffSeconds: retries.backoff_seconds },
  };
}

const boundsOf = ({ model, max_tokens, agent }: PhaseRequest) => ({
  model: model ?? agent?.model,
  maxTokens: max_tokens ?? agent?.max_tokens,
});

type Phase = ReturnType<typeof phaseOf>;

/** What neither a phase nor its agent says, the workflow's agent does. */
const withDefaults = (phase: Phase, agent: CreateWorkflowRequest['agent']) => ({
  ...phase,
  model: phase.model ?? agent?.model ?? undefined,
  maxTokens: phase.maxTokens ?? agent?.max_tokens ?? undefined,
});

function refuseRepeated(phases: readonly Phase[], key: 'phaseId' | 'order', field: string): void {
  const values = phases.map((phase) => phase[key]);
  const index = values.findIndex((value, at) => values.indexOf(value) < at);
  if (index < 0) return;
  const message = `an earlier phase has the same ${field}: ${values[index] ?? ''}`;
  throw invalidRequest([{ field: `phases[${index}].${field}`, message }]);
}
