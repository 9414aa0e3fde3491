import { PhaseId, WorkflowId } from '@syntropic/kernel';
import { z } from 'zod';
import { AgentDocument, agentOf } from './agent-document';
import { RepositoryReference } from './repository';
import {
  InputDeclaration,
  noneTwice,
  PhaseDefinition,
  Prompt,
  WorkflowDefinition,
  type WorkflowDefinition as Definition,
} from './workflow-definition';

const phase = PhaseDefinition.shape;
const workflow = WorkflowDefinition.shape;

const PhaseDocument = z.strictObject({
  id: PhaseId,
  name: phase.name,
  order: phase.order,
  execution_type: phase.executionType,
  description: z.string().nullish(),
  input_artifacts: phase.inputArtifactTypes,
  output_artifacts: phase.outputArtifactTypes,
  prompt_template: Prompt.nullish(),
  prompt_file: z.undefined({ error: 'names a file that is not here: give the text as prompt_template' }).optional(),
  max_tokens: z.number().int().min(1).nullish(),
  timeout_seconds: z.number().int().min(1).max(86_400).nullish(),
  allowed_tools: z.array(z.string().min(1)).optional(),
  /** Another name of `allowed_tools`, which many workflows use. */
  tools: z.array(z.string().min(1)).optional(),
  argument_hint: z.string().nullish(),
  model: z.string().min(1).nullish(),
  agent: AgentDocument.optional(),
  retries: z
    .strictObject({
      max: z.number().int().min(0).max(10).default(0),
      backoff_seconds: z.number().int().min(0).max(86_400).default(0),
    })
    .optional(),
});
type PhaseDocument = z.infer<typeof PhaseDocument>;

/** The YAML format, field by field. Unknown keys are refused, so that a misspelt key is not silently ignored. */
export const WorkflowDocument = z.strictObject({
  id: WorkflowId,
  name: workflow.name,
  description: z.string().nullish(),
  type: workflow.workflowType,
  classification: workflow.classification,
  repository: z.strictObject({ url: RepositoryReference.min(1), ref: z.string().min(1).optional() }).nullish(),
  requires_repos: z.boolean().optional(),
  project_name: z.string().nullish(),
  inputs: z
    .array(
      z.strictObject({
        name: InputDeclaration.shape.name,
        description: z.string().nullish(),
        required: z.boolean().default(true),
        default: z.string().nullish(),
      }),
    )
    .default([]),
  repos: z.array(RepositoryReference.min(1)).default([]),
  agent: AgentDocument.optional(),
  phases: z.array(PhaseDocument).min(1, 'a workflow has at least one phase').max(200).check(noneTwice('id', 'order')),
});
export type WorkflowDocument = z.infer<typeof WorkflowDocument>;

export function definitionOf(document: WorkflowDocument): Definition {
  const { repository, requires_repos, inputs, agent, phases } = document;
  return WorkflowDefinition.parse({
    name: document.name,
    description: document.description ?? undefined,
    workflowType: document.type,
    classification: document.classification,
    repositoryUrl: repository?.url,
    repositoryRef: repository?.ref,
    requiresRepos: requires_repos,
    projectName: document.project_name ?? undefined,
    inputs: inputs.map((input) => ({
      ...input,
      description: input.description ?? undefined,
      default: input.default ?? undefined,
    })),
    repos: document.repos,
    agent: agent && agentOf(agent),
    phases: phases.map((phase) => ({
      ...phaseOf(phase),
      model: modelOf(phase, agent),
      maxTokens: maxTokensOf(phase, agent),
    })),
  });
}

function phaseOf(document: PhaseDocument): z.input<typeof PhaseDefinition> {
  return {
    phaseId: document.id,
    name: document.name,
    order: document.order,
    executionType: document.execution_type,
    description: document.description ?? undefined,
    inputArtifactTypes: document.input_artifacts,
    outputArtifactTypes: document.output_artifacts,
    promptTemplate: document.prompt_template ?? undefined,
    timeoutSeconds: document.timeout_seconds ?? undefined,
    allowedTools: document.allowed_tools ?? document.tools ?? [],
    argumentHint: document.argument_hint ?? undefined,
    agent: document.agent && agentOf(document.agent),
    retries: document.retries && {
      max: document.retries.max,
      backoffSeconds: document.retries.backoff_seconds,
    },
  };
}

const modelOf = ({ model, agent }: PhaseDocument, shared: AgentDocument | undefined): string | undefined =>
  model ?? agent?.model ?? shared?.model ?? undefined;

const maxTokensOf = ({ max_tokens, agent }: PhaseDocument, shared: AgentDocument | undefined): number | undefined =>
  max_tokens ?? agent?.max_tokens ?? shared?.max_tokens ?? undefined;
