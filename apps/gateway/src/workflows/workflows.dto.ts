import {
  AgentDocument,
  AuthoredInput,
  authoredPhase,
  AuthoredRetries,
  BudgetDocument,
  BudgetKind,
  OnExceeded,
  hasPromptText,
  NO_PROMPT_TEXT,
  MAX_INPUTS,
  NewPhase,
  newWorkflow as workflow,
  optional,
  Prompt,
  RepositoryReference,
  WorkflowClassification,
  WorkflowType,
} from '@syntropic/orchestration/contracts';
import { MAX_REPOS, PhaseId, WorkflowId } from '@syntropic/kernel';
import { z } from 'zod';
import { pagesByNumber } from '../http/list-pages';
import { flag } from '../http/query-values';
import { orderBy } from '../http/sort-order';
import { cutField } from '../reads/cut-mark';
import { EXAMPLE_DOCUMENT } from './example-document';

const phase = NewPhase.shape;

/** The id, or its first characters. */
export const WorkflowParams = z.object({ workflow_id: z.string().min(1) });
export const ExactWorkflowParams = z.object({ workflow_id: WorkflowId });
export const PhaseParams = z.object({ workflow_id: WorkflowId, phase_id: PhaseId });

const SORTABLE = ['runs_count', 'name', 'workflow_type', 'phase_count', 'created_at'] as const;

export const WorkflowListQuery = z.object({
  workflow_type: z.string().optional(),
  include_archived: flag(false),
  ...pagesByNumber(100, 20),
  order_by: orderBy(SORTABLE),
});

const WorkflowSummary = z
  .object({
    id: z.string(),
    name: z.string(),
    workflow_type: z.string(),
    classification: z.string(),
    phase_count: z.int(),
    created_at: z.string(),
    runs_count: z.int(),
    is_archived: z.boolean(),
    requires_repos: z.boolean(),
    ...cutField,
  })
  .meta({ id: 'WorkflowSummaryResponse' });

export const WorkflowList = z
  .object({ workflows: z.array(WorkflowSummary), total: z.int(), page: z.int(), page_size: z.int() })
  .meta({ id: 'WorkflowListResponse' });

/** Values that this platform does not know are taken as the usual one, for clients with types of their own. */
const knownOr = <Schema extends z.ZodEnum>(schema: Schema, usual: z.output<Schema>) =>
  z.string().transform((text): z.output<Schema> => schema.safeParse(text).data ?? usual);

/** Documents have a phase's id and artifact types under the names that clients send too that read packages themselves. */
export const PhaseRequest = z
  .strictObject({
    ...authoredPhase,
    id: optional(phase.phaseId),
    phase_id: optional(phase.phaseId),
    order: optional(phase.order),
    input_artifact_types: optional(phase.inputArtifactTypes.unwrap()),
    output_artifact_types: optional(phase.outputArtifactTypes.unwrap()),
  })
  .refine(hasPromptText, NO_PROMPT_TEXT)
  .meta({ id: 'PhaseRequest' });
export type PhaseRequest = z.output<typeof PhaseRequest>;

export const CreateWorkflowRequest = z
  .strictObject({
    id: optional(WorkflowId),
    name: workflow.name,
    workflow_type: knownOr(WorkflowType, 'custom').default('custom'),
    classification: knownOr(WorkflowClassification, 'standard').default('standard'),
    repository_url: RepositoryReference.default(''),
    repository_ref: workflow.repositoryRef,
    description: optional(workflow.description.unwrap()),
    project_name: optional(workflow.projectName.unwrap()),
    phases: optional(z.array(PhaseRequest).max(200)),
    input_declarations: optional(z.array(AuthoredInput).max(MAX_INPUTS)),
    repos: z.array(RepositoryReference.min(1)).max(MAX_REPOS).default([]),
    requires_repos: workflow.requiresRepos,
    agent: AgentDocument.optional(),
    interruption_retries: AuthoredRetries.optional().meta({
      description: 'Retries of an execution that is interrupted, counted over the whole execution.',
    }),
    budget: optional(BudgetDocument),
  })
  .meta({ id: 'CreateWorkflowRequest' });
export type CreateWorkflowRequest = z.output<typeof CreateWorkflowRequest>;

export const CreatedWorkflow = z
  .object({
    id: z.string(),
    name: z.string(),
    workflow_type: z.string(),
    classification: z.string(),
    repository_url: z.string(),
    requires_repos: z.boolean(),
    status: z.literal('created'),
  })
  .meta({ id: 'CreateWorkflowResponse' });

export type CreatedWorkflow = z.infer<typeof CreatedWorkflow>;

/** Replace values of the document. */
export const FromYamlQuery = z.object({ name: workflow.name.optional(), workflow_id: WorkflowId.optional() });

const MOST_FILES = 500;

const PackageFiles = z
  .record(z.string().min(1).max(512), z.string())
  .refine((files) => Object.keys(files).length <= MOST_FILES, `at most ${MOST_FILES} files`)
  .meta({ description: 'The texts of the files by their paths.', examples: [{ 'workflow.yaml': EXAMPLE_DOCUMENT }] });

export const ExportQuery = z.object({ format: z.enum(['package', 'plugin']).default('package') });

export const ExportManifest = z
  .object({
    format: z.enum(['package', 'plugin']),
    workflow_id: z.string(),
    workflow_name: z.string(),
    files: z.record(z.string(), z.string()),
  })
  .meta({ id: 'ExportManifestResponse' });

/** The files of an export. `name` and `workflow_id` replace values of the document. */
export const ImportWorkflowRequest = z
  .strictObject({ files: PackageFiles, name: optional(workflow.name), workflow_id: optional(WorkflowId) })
  .meta({ id: 'ImportWorkflowRequest' });

export const ValidateYamlRequest = z
  .strictObject({
    content: z.string().meta({ examples: [EXAMPLE_DOCUMENT] }),
    filename: z.string().default('workflow.yaml'),
    file: z
      .string()
      .nullish()
      .refine((path) => path === undefined || path === null, 'paths are not read here: give the text as content'),
  })
  .meta({ id: 'ValidateYamlRequest' });

const YamlFaultReport = z.object({ field: z.string(), message: z.string(), line: z.int(), column: z.int() });

export const ValidateYamlReply = z
  .object({
    valid: z.boolean(),
    name: z.string(),
    workflow_type: z.string(),
    phase_count: z.int(),
    errors: z.array(z.string()),
    faults: z.array(YamlFaultReport),
  })
  .meta({ id: 'ValidateYamlResponse' });

const RetriesView = z.object({ max: z.int(), backoff_seconds: z.int() });

const PhaseView = z
  .object({
    phase_id: z.string(),
    name: z.string(),
    order: z.int(),
    execution_type: z.string(),
    description: z.string().nullable(),
    agent_type: z.string(),
    prompt_template: z.string().nullable(),
    timeout_seconds: z.int(),
    allowed_tools: z.array(z.string()),
    argument_hint: z.string().nullable(),
    model: z.string().nullable(),
    max_tokens: z.int().nullable(),
    input_artifact_types: z.array(z.string()),
    output_artifact_types: z.array(z.string()),
    retries: RetriesView,
  })
  .meta({ id: 'PhaseDefinition' });

const InputDeclarationView = z
  .object({
    name: z.string(),
    description: z.string().nullable(),
    required: z.boolean(),
    default: z.string().nullable(),
  })
  .meta({ id: 'InputDeclarationModel' });

export const WorkflowView = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    workflow_type: z.string(),
    classification: z.string(),
    phases: z.array(PhaseView),
    input_declarations: z.array(InputDeclarationView),
    created_at: z.string(),
    runs_count: z.int(),
    runs_link: z.string(),
    repository_url: z.string().nullable(),
    repository_ref: z.string().nullable(),
    project_name: z.string().nullable(),
    repos: z.array(z.string()),
    requires_repos: z.boolean(),
    interruption_retries: RetriesView,
    is_archived: z.boolean(),
    budget: z.array(z.object({ kind: BudgetKind, limit: z.string(), on_exceeded: OnExceeded })).nullable(),
  })
  .meta({ id: 'WorkflowResponse' });
export type WorkflowView = z.infer<typeof WorkflowView>;

export const ArchivedWorkflow = z
  .object({ workflow_id: z.string(), status: z.literal('archived') })
  .meta({ id: 'DeleteWorkflowResponse' });

export const UpdatePhaseRequest = z
  .strictObject({
    prompt_template: Prompt.min(1),
    model: authoredPhase.model,
    timeout_seconds: authoredPhase.timeout_seconds,
    allowed_tools: authoredPhase.allowed_tools,
  })
  .meta({ id: 'UpdatePhasePromptRequest' });

export const UpdatedPhase = z
  .object({ workflow_id: z.string(), phase_id: z.string(), status: z.literal('updated') })
  .meta({ id: 'UpdatePhaseResponse' });
