import { LineCounter } from 'yaml';
import type { PackageFiles } from './workflow-package';
import { boundedDocument, YamlBoundExceeded } from './yaml-bounds';

type Fields = Record<string, unknown>;

/** A fault of the file that a phase names, with the phase's index. */
export type PromptFault = Readonly<{ phase: number; why: string }>;

const SHARED = 'shared://';
const LIBRARY = 'phase-library';

/** The fields that a prompt's file may give in its front matter, also spelt with hyphens. */
const FIELDS = [
  'model',
  'argument_hint',
  'allowed_tools',
  'max_tokens',
  'timeout_seconds',
  'execution_type',
  'description',
];

/**
 * Puts the prompts of a package's files into the phases that name them. Fields of a file's front matter count where the phase has none.
 * `directory` is that of the workflow's document.
 */
export function withPrompts(document: unknown, files: PackageFiles, directory: string): readonly PromptFault[] {
  const { phases } = isFields(document) ? document : {};
  if (!Array.isArray(phases)) return [];
  return phases.flatMap((phase: unknown, index) => {
    if (!isFields(phase) || typeof phase['prompt_file'] !== 'string' || isGiven(phase['prompt_template'])) return [];
    const why = withPrompt(phase, phase['prompt_file'], { files, directory });
    return why === undefined ? [] : [{ phase: index, why }];
  });
}

type Package = Readonly<{ files: PackageFiles; directory: string }>;

/** Returns the fault, if there is one. */
function withPrompt(phase: Fields, file: string, { files, directory }: Package): string | undefined {
  const path = pathOf(file, directory);
  const text = path !== undefined && Object.hasOwn(files, path) ? files[path] : undefined;
  if (text === undefined) return 'names a file that is not in the package';

  const { head, body } = partsOf(text);
  phase['prompt_template'] = body;
  const fields = head === undefined ? {} : frontMatterOf(head);
  if (typeof fields === 'string') return `names a file whose front matter ${fields}`;
  for (const [name, value] of Object.entries(fields)) {
    if (!isGiven(phase[name])) phase[name] = value;
  }
  return undefined;
}

/** Undefined for a path that leads out of the package. */
function pathOf(file: string, directory: string): string | undefined {
  if (file.startsWith(SHARED)) return within(LIBRARY, `${file.slice(SHARED.length).replace(/\.md$/, '')}.md`);
  return file.startsWith('/') ? undefined : within('', `${directory}/${file}`);
}

/** The path below a directory, without the segments that lead elsewhere. */
function within(directory: string, path: string): string | undefined {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) return undefined;
  }
  return [...(directory === '' ? [] : [directory]), ...segments].join('/');
}

/** A front matter stands between two lines of three hyphens, the first of which begins the file. */
function partsOf(text: string): Readonly<{ head?: string; body: string }> {
  if (!isRule(lineAt(text, 0))) return { body: text };
  const start = lineAt(text, 0).length;
  for (let at = start; at < text.length;) {
    const line = lineAt(text, at);
    if (isRule(line)) return { head: text.slice(start, at), body: text.slice(at + line.length) };
    at += line.length;
  }
  return { body: text };
}

/** The line that begins here, with its end. */
function lineAt(text: string, start: number): string {
  const end = text.indexOf('\n', start);
  return text.slice(start, end < 0 ? text.length : end + 1);
}

const isRule = (line: string): boolean => line.length < 100 && line.trimEnd() === '---';

/** The fields by their names in documents, or the fault. */
function frontMatterOf(head: string): Fields | string {
  const fields = readYaml(head);
  if (typeof fields === 'string') return fields;
  const named = Object.entries(fields).map(([name, value]) => [name.replaceAll('-', '_'), value] as const);
  const unknown = named.find(([name]) => !FIELDS.includes(name));
  if (unknown) return `has a field that it may not have: ${unknown[0].slice(0, 100)}`;
  return Object.fromEntries(named.map(([name, value]) => [name, name === 'allowed_tools' ? toolsOf(value) : value]));
}

function readYaml(text: string): Fields | string {
  try {
    const document = boundedDocument(text, new LineCounter());
    const [error] = document.errors;
    if (error) return `is no YAML: ${error.message}`;
    const value: unknown = document.toJS({ maxAliasCount: -1 }) ?? {};
    return isFields(value) ? value : 'is no mapping';
  } catch (error) {
    if (error instanceof YamlBoundExceeded) return error.message;
    throw error;
  }
}

/** Tools may be named in one text, with commas between them. */
const toolsOf = (value: unknown): unknown =>
  typeof value === 'string' ? value.split(',').flatMap((tool) => tool.trim() || []) : value;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;
