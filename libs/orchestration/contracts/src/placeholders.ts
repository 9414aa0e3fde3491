import type { WorkflowDefinition } from './workflow-definition';

/** `{{name}}`, with blanks or without; `$ARGUMENTS` is the task. */
const PLACEHOLDER = /\{\{([^{}]+)\}\}|\$ARGUMENTS/g;

/** Prompts may quote other template languages: `{{.State}}` and `{{ a | b }}` are no names, `${{ name }}` is GitHub's. */
const NAME = /^\w[\w.-]*$/;
const FOREIGN = '$';

/** The values that every prompt has beside inputs and earlier phases. */
const PLATFORM_VALUES = ['execution_id', 'workflow_id', 'repo_url', 'repository', 'repos', 'task'] as const;
export type PlatformValues = Readonly<Record<(typeof PLATFORM_VALUES)[number], string>>;

/** Replaces placeholders in one pass, so that those in inserted text stay. A value that is `undefined` leaves its placeholder. */
export const fillPlaceholders = (text: string, valueOf: (name: string) => string | undefined, task?: string): string =>
  text.replace(
    PLACEHOLDER,
    (placeholder, name: string | undefined) => (name === undefined ? task : valueOf(name.trim())) ?? placeholder,
  );

/** A placeholder that nothing gives a value to, and the field that has it, named as clients name it. */
export type UnknownPlaceholder = Readonly<{
  path: readonly (string | number)[];
  placeholder: string;
  name: string;
  why: string;
}>;

type Templates = Pick<WorkflowDefinition, 'inputs' | 'phases' | 'repositoryUrl' | 'repositoryRef' | 'repos'>;
type Text = Readonly<{ path: UnknownPlaceholder['path']; text: string; known: ReadonlySet<string> }>;

/** The misspelt placeholders of a workflow. */
export const unknownPlaceholders = (definition: Templates): readonly UnknownPlaceholder[] =>
  textsOf(definition).flatMap(({ path, text, known }) =>
    placeholdersIn(text).flatMap(({ placeholder, name, line }) => {
      if (known.has(name)) return [];
      const others = path[0] === 'phases' ? ', no earlier phase and no value of the platform' : '';
      const place = text.includes('\n') ? ` in its line ${line}` : '';
      return [{ path, placeholder, name, why: `${placeholder}${place} is no input${others}` }];
    }),
  );

/** The inputs that an execution may be given: those that are declared, and those that templates of older builds only use. */
export function inputNames(definition: Templates): ReadonlySet<string> {
  const used = textsOf(definition).flatMap(({ text }) => placeholdersIn(text).map(({ name }) => name));
  return new Set([...definition.inputs.map(({ name }) => name), ...used, 'task']);
}

function textsOf({ inputs, phases, repositoryUrl, repositoryRef, repos }: Templates): readonly Text[] {
  const declared = inputs.map(({ name }) => name);
  const known = new Set([...declared, 'task']);
  const prompts = phases.map(({ order, promptTemplate = '' }, index) => {
    const earlier = phases.filter((phase) => phase.order < order).map(({ phaseId }) => phaseId);
    const path = ['phases', index, 'prompt_template'];
    return { path, text: promptTemplate, known: new Set<string>([...declared, ...earlier, ...PLATFORM_VALUES]) };
  });
  return [
    ...prompts,
    { path: ['repository_url'], text: repositoryUrl ?? '', known },
    { path: ['repository_ref'], text: repositoryRef ?? '', known },
    ...repos.map((text, index) => ({ path: ['repos', index], text, known })),
  ];
}

const placeholdersIn = (text: string) =>
  [...text.matchAll(PLACEHOLDER)].flatMap(({ 0: placeholder, 1: inner = '', index }) => {
    const name = inner.trim();
    if (!NAME.test(name) || text[index - 1] === FOREIGN) return [];
    return [{ placeholder, name, line: text.slice(0, index).split('\n').length }];
  });
