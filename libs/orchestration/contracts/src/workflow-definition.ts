import { PhaseId, type Immutable } from '@syntropic/kernel';
import { z } from 'zod';
import { AgentConfiguration } from './agent-configuration';

export const WorkflowType = z.enum(['research', 'planning', 'implementation', 'review', 'deployment', 'custom']);
export const WorkflowClassification = z.enum(['simple', 'standard', 'complex', 'epic']);

/** An input of an execution; prompts and repositories refer to it as `{{name}}`. */
export const InputDeclaration = z.object({
  name: z.string().min(1).max(100),
  description: z.string().optional(),
  required: z.boolean().default(true),
  default: z.string().optional(),
});
export type InputDeclaration = Immutable<z.infer<typeof InputDeclaration>>;

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
  agent: AgentConfiguration.optional(),
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
const Phases = z
  .array(PhaseDefinition)
  .min(1, 'a workflow has at least one phase')
  .max(200)
  .check(noneTwice('phaseId', 'order'));

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
  agent: AgentConfiguration.optional(),
  /** Retries of an execution that is interrupted, counted over the whole execution. Absent: people retry it. */
  interruptionRetries: Retries.optional(),
  phases: Phases,
};

/** What a command may give: prompts are bounded. */
export const newWorkflow = {
  ...workflowDefinition,
  phases: Phases.check(({ value, issues }) => {
    for (const [index, { promptTemplate }] of value.entries()) {
      const { error } = Prompt.optional().safeParse(promptTemplate);
      const path = [index, 'promptTemplate'];
      if (error) issues.push({ code: 'custom', message: error.issues[0]?.message, path, input: value });
    }
  }),
};

export const WorkflowDefinition = z.object(workflowDefinition);
export type WorkflowDefinition = Immutable<z.infer<typeof WorkflowDefinition>>;
