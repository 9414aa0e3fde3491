import { MAX_REPOS, PhaseId, WorkflowId } from '@syntropic/kernel';
import { z } from 'zod';
import { AgentDocument, agentOf } from './agent-document';
import {
  AuthoredInput,
  authoredPhase,
  AuthoredRetries,
  hasPromptText,
  NO_PROMPT_TEXT,
  phaseOf,
  retriesOf,
} from './authored-phase';
import { BudgetDocument, budgetOf } from './budget';
import { RepositoryReference } from './repository';
import {
  MAX_INPUTS,
  NewPhase,
  newWorkflow as workflow,
  noneTwice,
  WorkflowDefinition,
  type WorkflowDefinition as Definition,
} from './workflow-definition';

const phase = NewPhase.shape;

const PhaseDocument = z
  .strictObject({ ...authoredPhase, id: PhaseId, order: phase.order })
  .refine(hasPromptText, NO_PROMPT_TEXT);

/** The YAML format, field by field. Unknown keys are refused, so that a misspelt key is not silently ignored. */
export const WorkflowDocument = z.strictObject({
  id: WorkflowId,
  name: workflow.name,
  description: workflow.description.nullable(),
  type: workflow.workflowType,
  classification: workflow.classification,
  /** A `ref` alone is that of the repositories in `repos`. */
  repository: z.strictObject({ url: RepositoryReference.min(1).optional(), ref: workflow.repositoryRef }).nullish(),
  requires_repos: z.boolean().optional(),
  project_name: workflow.projectName.nullable(),
  inputs: z.array(AuthoredInput).max(MAX_INPUTS).default([]),
  repos: z.array(RepositoryReference.min(1)).max(MAX_REPOS).default([]),
  agent: AgentDocument.optional(),
  /** Retries of an execution that was interrupted. */
  interruption_retries: AuthoredRetries.optional(),
  budget: BudgetDocument.optional(),
  phases: z.array(PhaseDocument).min(1, 'a workflow has at least one phase').max(200).check(noneTwice('id', 'order')),
});
export type WorkflowDocument = z.infer<typeof WorkflowDocument>;

export function definitionOf(document: WorkflowDocument): Definition {
  const { repository, requires_repos, inputs, agent, budget, interruption_retries, phases } = document;
  return WorkflowDefinition.parse({
    name: document.name,
    description: document.description ?? undefined,
    workflowType: document.type,
    classification: document.classification,
    repositoryUrl: repository?.url,
    repositoryRef: repository?.ref,
    requiresRepos: requires_repos,
    projectName: document.project_name ?? undefined,
    inputs,
    repos: document.repos,
    agent: agent && agentOf(agent),
    interruptionRetries: interruption_retries && retriesOf(interruption_retries),
    budget: budget && budgetOf(budget),
    phases: phases.map(({ id, order, ...authored }) => ({ ...phaseOf(authored, agent), phaseId: id, order })),
  });
}
