import { fillPlaceholders, type PlatformValues } from '@syntropic/orchestration/contracts';

/** The values of a prompt template's placeholders. */
export interface PromptContext {
  readonly executionId: string;
  readonly workflowId: string;
  /** URLs of the execution's repositories, the main one first. */
  readonly repositories: readonly string[];
  readonly inputs: Readonly<Record<string, string>>;
  /** Text of earlier phases' output, by phase id. */
  readonly phaseOutputs: Readonly<Record<string, string>>;
  readonly task?: string | undefined;
}

const PHASE_OUTPUT_CHARACTERS = 2_000;

/** Fills in a template in one pass, so placeholders in inserted text are not expanded. Unknown placeholders stay. */
export function renderPrompt(template: string, context: PromptContext): string {
  const values = valuesOf(context);
  return fillPlaceholders(template, (name) => values.get(name), context.task ?? '');
}

/** Later entries override earlier ones of the same name: inputs cannot replace the platform's values. */
function valuesOf({ inputs, phaseOutputs, ...context }: PromptContext): Map<string, string> {
  const { executionId, workflowId, repositories, task = '' } = context;
  const [main = ''] = repositories;
  const platform: PlatformValues = {
    execution_id: executionId,
    workflow_id: workflowId,
    repo_url: main,
    repository: ownerAndName(main),
    repos: repositories.join(','),
    task,
  };
  const outputs = Object.entries(phaseOutputs).map(([phase, output]) => [phase, firstCharacters(output)] as const);
  return new Map([...outputs, ...Object.entries(inputs), ...Object.entries(platform)]);
}

/** Counts code points, so surrogate pairs are not split. */
function firstCharacters(text: string): string {
  return Array.from(text.slice(0, 2 * PHASE_OUTPUT_CHARACTERS))
    .slice(0, PHASE_OUTPUT_CHARACTERS)
    .join('');
}

function ownerAndName(url: string): string {
  return /([^/:]+\/[^/]+?)(?:\.git)?\/?$/.exec(url)?.[1] ?? '';
}
