import { derivedUuid, PhaseId, WorkflowId, type InputOf } from '@syntropic/kernel';
import { agentOf, budgetOf, retriesOf, phaseOf, type workflowTemplate } from '@syntropic/orchestration/contracts';
import { invalidRequest } from '../problems/problem';
import { PhaseRequest, type CreateWorkflowRequest } from './workflows.dto';

type Definition = InputOf<typeof workflowTemplate.commands.CreateWorkflow>;

/** The command data of a request. Generated ids derive from the command id, so that a resent request names the same ids. */
export function definitionOf(request: CreateWorkflowRequest, commandId: string): Definition {
  const phases = (request.phases?.length ? request.phases : [INITIAL_PHASE]).map((phase, index) => ({
    ...phaseOf(withTypes(phase), request.agent),
    phaseId: phase.phase_id ?? phase.id ?? PhaseId.parse(derivedUuid(commandId, 'phase', index)),
    order: phase.order ?? index + 1,
  }));
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
    interruptionRetries: request.interruption_retries && retriesOf(request.interruption_retries),
    budget: request.budget && budgetOf(request.budget),
    phases,
  };
}

const INITIAL_PHASE = PhaseRequest.parse({ name: 'Initial Phase' });

const withTypes = (phase: PhaseRequest): PhaseRequest => ({
  ...phase,
  input_artifacts: phase.input_artifact_types ?? phase.input_artifacts,
  output_artifacts: phase.output_artifact_types ?? phase.output_artifacts,
});

type Phase = Definition['phases'][number];

function refuseRepeated(phases: readonly Phase[], key: 'phaseId' | 'order', field: string): void {
  const values = phases.map((phase) => phase[key]);
  const index = values.findIndex((value, at) => values.indexOf(value) < at);
  if (index < 0) return;
  const message = `an earlier phase has the same ${field}: ${values[index] ?? ''}`;
  throw invalidRequest([{ field: `phases[${index}].${field}`, message }]);
}
