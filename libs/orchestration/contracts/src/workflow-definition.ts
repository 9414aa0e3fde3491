import { Location, MAX_REPOS, PhaseId, ShortName, type Immutable } from '@syntropic/kernel';
import { z } from 'zod';
import { AgentConfiguration, RecordedAgent } from './agent-configuration';
import { Budget } from './budget';

export const WorkflowType = z.enum(['research', 'planning', 'implementation', 'review', 'deployment', 'custom']);
export const WorkflowClassification = z.enum(['simple', 'standard', 'complex', 'epic']);

/** An input of an execution; prompts and repositories refer to it as `{{name}}`. */
const InputDeclaration = z.object({
  name: z.string().min(1).max(100),
  description: z.string().optional(),
  required: z.boolean().default(true),
  default: z.string().optional(),
});
type InputDeclaration = Immutable<z.infer<typeof InputDeclaration>>;

const MOST_PROMPT_BYTES = 256 * 1024;

/** A prompt as documents and commands may give it. Events of older builds may hold longer ones. */
export const Prompt = z
  .string()
  .refine((text) => Buffer.byteLength(text) <= MOST_PROMPT_BYTES, 'a prompt has at most 256 KiB');

/** Further attempts that follow by themselves: `max` of them, each `backoffSeconds` after the one before has ended. */
export const Retries = z.object({
  max: z.number().int().min(0).max(10).default(0),
  backoffSeconds: z.number().int().min(0).max(86_400).default(0),
});

export const PhaseDefinition = z.object({
  phaseId: PhaseId,
  name: z.string().min(1).max(255),
  order: z.number().int().min(1),
  /** Neighbouring `parallel` phases start together; a `human_in_loop` phase waits for approval after its agent. */
  executionType: z.enum(['sequential', 'parallel', 'human_in_loop']).default('sequential'),
  description: z.string().optional(),
  inputArtifactTypes: z.array(z.string()).default([]),
  outputArtifactTypes: z.array(z.string()).default([]),
  promptTemplate: z.string().optional(),
  maxTokens: z.number().int().min(1).optional(),
  /** Seconds that the agent may run; time spent paused or waiting does not count. */
  timeoutSeconds: z.number().int().min(1).max(86_400).default(300),
  allowedTools: z.array(z.string().min(1)).default([]),
  argumentHint: z.string().optional(),
  model: z.string().min(1).optional(),
  agent: RecordedAgent.optional(),
  retries: Retries.default({ max: 0, backoffSeconds: 0 }),
});
export type PhaseDefinition = Immutable<z.infer<typeof PhaseDefinition>>;

/** A check for lists: no two items have the same value in one of these fields. */
export const noneTwice =
  <Field extends string>(...fields: readonly Field[]) =>
  ({ value, issues }: z.core.ParsePayload<readonly Readonly<Record<Field, string | number>>[]>): void => {
    for (const field of fields) {
      const seen = new Set<string | number>();
      const index = value.findIndex((item) => seen.size === seen.add(item[field]).size);
      if (index < 0) continue;
      const message = `an earlier one has the same ${field}: ${value[index]?.[field] ?? ''}`;
      issues.push({ code: 'custom', message, path: [index, field], input: value });
    }
  };

/** Phases of one workflow: at least one, no id and no order twice. */
function phasesOf<Phase extends typeof PhaseDefinition>(phase: Phase) {
  return z.array(phase).min(1, 'a workflow has at least one phase').max(200).check(noneTwice('phaseId', 'order'));
}

/** The fields of a workflow, sent as JSON or as YAML. */
export const workflowDefinition = {
  name: z.string().min(1).max(255),
  description: z.string().optional(),
  workflowType: WorkflowType.default('custom'),
  classification: WorkflowClassification.default('standard'),
  /** May hold `{{input}}` placeholders, as may `repositoryRef` and `repos`. */
  repositoryUrl: z.string().optional(),
  /** Absent: the repository's default branch. */
  repositoryRef: z.string().min(1).optional(),
  requiresRepos: z.boolean().default(true),
  projectName: z.string().optional(),
  inputs: z.array(InputDeclaration).default([]),
  repos: z.array(z.string().min(1)).default([]),
  agent: RecordedAgent.optional(),
  /** Retries of an execution that is interrupted, counted over the whole execution. Absent: people retry it. */
  interruptionRetries: Retries.optional(),
  /** The limits of each execution. */
  budget: Budget.optional(),
  phases: phasesOf(PhaseDefinition),
};

/** Texts that people write and that no agent reads. */
const LongText = z.string().max(16_384);
const Types = z.array(ShortName).max(100).default([]);
const Tools = z.array(z.string().min(1).max(1_000)).max(1_000);

/** The most inputs of a workflow. */
export const MAX_INPUTS = 100;

/** An input as commands declare it. */
export const NewInput = InputDeclaration.extend({
  description: LongText.optional(),
  default: z.string().max(MOST_PROMPT_BYTES).optional(),
});

/** A phase as commands describe it: with the bounds of its texts. */
export const NewPhase = PhaseDefinition.extend({
  description: LongText.optional(),
  inputArtifactTypes: Types,
  outputArtifactTypes: Types,
  promptTemplate: Prompt.optional(),
  allowedTools: Tools.default([]),
  argumentHint: LongText.optional(),
  model: ShortName.optional(),
  agent: AgentConfiguration.optional(),
});

/** The fields of a workflow as commands describe it. */
export const newWorkflow = {
  ...workflowDefinition,
  description: LongText.optional(),
  repositoryUrl: z.string().max(2_048).optional(),
  repositoryRef: ShortName.optional(),
  projectName: z.string().max(255).optional(),
  inputs: z.array(NewInput).max(MAX_INPUTS).default([]),
  repos: z.array(Location).max(MAX_REPOS).default([]),
  agent: AgentConfiguration.optional(),
  phases: phasesOf(NewPhase),
};

export const WorkflowDefinition = z.object(workflowDefinition);
export type WorkflowDefinition = Immutable<z.infer<typeof WorkflowDefinition>>;
