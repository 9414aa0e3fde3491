/** What a phase's prompt may ask for by name. */
export interface PromptContext {
  readonly executionId: string;
  readonly workflowId: string;
  /** The repositories of the execution as URLs, the main one first. */
  readonly repositories: readonly string[];
  readonly inputs: Readonly<Record<string, string>>;
  /** What earlier phases left, by phase. */
  readonly phaseOutputs: Readonly<Record<string, string>>;
  readonly task?: string | undefined;
}

const PLACEHOLDER = /\{\{([^{}]+)\}\}|\$ARGUMENTS/g;
const PHASE_OUTPUT_CHARACTERS = 2_000;

/** Fills in a phase's prompt in one pass, so inserted text is never read as a placeholder. An unknown placeholder stays as it is. */
export function renderPrompt(template: string, context: PromptContext): string {
  const values = valuesOf(context);
  return template.replace(PLACEHOLDER, (placeholder, name: string | undefined) =>
    name === undefined ? (context.task ?? '') : (values.get(name) ?? placeholder),
  );
}

/** A later entry hides an earlier one of the same name: what the platform says cannot be said differently by an input. */
function valuesOf({ executionId, workflowId, repositories, inputs, phaseOutputs }: PromptContext): Map<string, string> {
  const [main = ''] = repositories;
  const outputs = Object.entries(phaseOutputs).map(([phase, output]) => [phase, firstCharacters(output)] as const);
  return new Map([
    ...outputs,
    ...Object.entries(inputs),
    ['execution_id', executionId],
    ['workflow_id', workflowId],
    ['repo_url', main],
    ['repository', ownerAndName(main)],
  ]);
}

/** Never half of a character that takes two code units. */
function firstCharacters(text: string): string {
  return Array.from(text.slice(0, 2 * PHASE_OUTPUT_CHARACTERS))
    .slice(0, PHASE_OUTPUT_CHARACTERS)
    .join('');
}

function ownerAndName(url: string): string {
  return /([^/:]+\/[^/]+?)(?:\.git)?\/?$/.exec(url)?.[1] ?? '';
}
