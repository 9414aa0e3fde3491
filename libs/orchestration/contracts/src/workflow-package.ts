import type { WorkflowId } from '@syntropic/kernel';
import { stringify } from 'yaml';
import type { PhaseDefinition, WorkflowDefinition } from './workflow-definition';
import { documentFieldsOf } from './workflow-document-fields';

/** `package`: one workflow. `plugin`: the same with a manifest, and a command that runs it. */
export type PackageFormat = 'package' | 'plugin';

/** The texts of a package by their paths in it. */
export type PackageFiles = Readonly<Record<string, string>>;

/** The files of a workflow, from which it can be imported again as it is. Ids of workflows and phases are safe as names of files. */
export function packageOf(id: WorkflowId, definition: WorkflowDefinition, format: PackageFormat): PackageFiles {
  const files = {
    'workflow.yaml': stringify(documentFieldsOf(id, definition, promptFileOf), { lineWidth: 0 }),
    ...Object.fromEntries(definition.phases.flatMap(promptFile)),
  };
  const readme = { 'README.md': readmeOf(id, definition) };
  if (format === 'package') return { ...files, ...readme };

  const inFolder = Object.entries(files).map(([path, text]) => [`workflows/${id}/${path}`, text] as const);
  const { name, description = name } = definition;
  const manifest = { manifest_version: 1, name: id, version: '0.1.0', description };
  return {
    'syntropic137-plugin.json': `${JSON.stringify(manifest, null, 2)}\n`,
    [`commands/syn-${id}.md`]: `---\n${stringify({ description }, { lineWidth: 0 })}---\n\nsyn workflow run ${id} --task "$ARGUMENTS"\n`,
    ...Object.fromEntries(inFolder),
    ...readme,
  };
}

const promptFileOf = ({ phaseId }: Pick<PhaseDefinition, 'phaseId'>): string => `phases/${phaseId}.md`;

/** A prompt that begins like a front matter gets an empty one before it. */
function promptFile({ phaseId, promptTemplate }: PhaseDefinition): readonly (readonly [string, string])[] {
  if (promptTemplate === undefined) return [];
  const text = promptTemplate.startsWith('---') ? `---\n---\n${promptTemplate}` : promptTemplate;
  return [[promptFileOf({ phaseId }), text]];
}

function readmeOf(id: WorkflowId, { name, description, phases }: WorkflowDefinition): string {
  const list = phases.map((phase) => `- \`${phase.phaseId}\`: ${phase.name}`);
  const parts = [`# ${name}`, ...(description === undefined ? [] : [description]), list.join('\n')];
  return `${parts.join('\n\n')}\n\nThe workflow \`${id}\`: \`workflow.yaml\` describes it, and \`phases\` has its prompts.\n`;
}
