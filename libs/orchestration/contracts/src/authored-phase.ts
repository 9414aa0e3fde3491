import { z } from 'zod';
import { AgentDocument, agentOf } from './agent-document';
import { NewInput, NewPhase, Retries, type PhaseDefinition } from './workflow-definition';

const phase = NewPhase.shape;
const retries = Retries.shape;

/** An absent value and null mean the same: clients in other languages and empty keys of documents give null. */
export const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);

/** Retries as authors write them. */
export const AuthoredRetries = z.strictObject({ max: retries.max, backoff_seconds: retries.backoffSeconds });

export const retriesOf = ({ max, backoff_seconds }: z.output<typeof AuthoredRetries>) => ({
  max,
  backoffSeconds: backoff_seconds,
});

/** The fields of a phase as its author writes them, in documents and in requests. */
export const authoredPhase = {
  name: phase.name,
  description: optional(phase.description.unwrap()),
  execution_type: phase.executionType,
  input_artifacts: optional(phase.inputArtifactTypes.unwrap()),
  output_artifacts: optional(phase.outputArtifactTypes.unwrap()),
  prompt_template: optional(phase.promptTemplate.unwrap()),
  /** Names where the prompt comes from; its text is here as `prompt_template`. */
  prompt_file: optional(z.string()),
  max_tokens: optional(phase.maxTokens.unwrap()),
  timeout_seconds: optional(phase.timeoutSeconds.unwrap()),
  allowed_tools: optional(phase.allowedTools.unwrap()),
  /** Another name of `allowed_tools`, which many workflows use. */
  tools: optional(phase.allowedTools.unwrap()),
  argument_hint: optional(phase.argumentHint.unwrap()),
  model: optional(phase.model.unwrap()),
  agent: AgentDocument.optional(),
  retries: AuthoredRetries.optional(),
};
export type AuthoredPhase = z.output<z.ZodObject<typeof authoredPhase>>;

/** The rule that goes with these fields: a file is never read from here. */
export const hasPromptText = ({ prompt_file, prompt_template }: AuthoredPhase): boolean =>
  prompt_file === undefined || prompt_template !== undefined;
export const NO_PROMPT_TEXT = {
  path: ['prompt_file'],
  error: 'names a file that is not here: give the text as prompt_template',
};

/** An input as the author of a workflow declares it. */
export const AuthoredInput = z.strictObject({
  name: NewInput.shape.name,
  description: optional(NewInput.shape.description.unwrap()),
  required: NewInput.shape.required,
  default: optional(NewInput.shape.default.unwrap()),
});

/** A phase as it is defined, but for its id and its order. `shared`: the agent of phases that name none. */
export function phaseOf(
  authored: AuthoredPhase,
  shared?: AgentDocument,
): Omit<z.input<typeof PhaseDefinition>, 'phaseId' | 'order'> {
  const { agent, retries: attempts } = authored;
  return {
    name: authored.name,
    executionType: authored.execution_type,
    description: authored.description,
    inputArtifactTypes: authored.input_artifacts,
    outputArtifactTypes: authored.output_artifacts,
    promptTemplate: authored.prompt_template,
    timeoutSeconds: authored.timeout_seconds,
    allowedTools: authored.allowed_tools ?? authored.tools,
    argumentHint: authored.argument_hint,
    ...modelOf(authored, shared),
    agent: agent && agentOf(agent),
    retries: attempts && retriesOf(attempts),
  };
}

const modelOf = ({ model, max_tokens, agent }: AuthoredPhase, shared: AgentDocument | undefined) => ({
  model: model ?? agent?.model ?? shared?.model ?? undefined,
  maxTokens: max_tokens ?? agent?.max_tokens ?? shared?.max_tokens ?? undefined,
});
