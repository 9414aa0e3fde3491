import { DomainError } from '@syntropic/kernel';
import { ObjectMissing } from '@syntropic/object-storage';
import { createWriteStream, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { directoryInside, writeInside } from './write-inside';
import { removeTree, type Workspace } from '../workspaces';
import { restoreFiles, type KeptFiles } from './kept-files';
import { cloneRepository, type CloneRules, type Repository } from './repositories';

type Places = Pick<Workspace, 'directory' | 'home'>;

/** An artifact of an earlier phase. */
export interface InputFile {
  readonly phaseId: string;
  readonly path: string;
  open(): Promise<Readable>;
}

/** The files that a new workspace starts with. */
export interface WorkspaceContents {
  readonly inputs: readonly InputFile[];
  readonly repositories: readonly Repository[];
  readonly clone: CloneRules;
  /** The archive of a session that this one goes on from: it stands for inputs and repositories. */
  readonly kept?: KeptFiles | undefined;
  /** Files of the agent's home, by their paths in it. */
  readonly home?: Readonly<Record<string, string>> | undefined;
  /** Programs in the agent's home, likewise. */
  readonly programs?: Readonly<Record<string, string>> | undefined;
}

/** Files named in a notice. */
const MAX_NAMED = 20;

/** Names input files that the workspace lacks. */
export function goneNotice(files: readonly InputFile[]): string {
  const shown = files.slice(0, MAX_NAMED).map(({ phaseId, path }) => `${phaseId}/${path}`);
  const more = files.length > shown.length ? ` and ${files.length - shown.length} more` : '';
  return `not in artifacts/input, because their artifacts were deleted: ${shown.join(', ')}${more}`;
}

/** The markers are beside the workspace, where no agent can write, and are lost with its files. */
const markerOf = ({ directory }: Places, step: 'prepared' | 'staged'): string => join(dirname(directory), step);

/** True for a workspace that has its repositories, and what its set-up has made of them. */
export const isPrepared = (workspace: Places): boolean =>
  existsSync(markerOf(workspace, 'prepared')) || existsSync(markerOf(workspace, 'staged'));

/** To be called when a set-up has filled the workspace. */
export const markPrepared = (workspace: Places): Promise<void> => writeFile(markerOf(workspace, 'prepared'), '');

/**
 * Fills a new workspace, and returns the input files whose content is gone, because their artifact was deleted.
 * The workspace of an earlier leg stays as it is: its agent may have created links that lead out of it.
 */
export async function setUpWorkspace(workspace: Places, contents: WorkspaceContents): Promise<readonly InputFile[]> {
  const marker = markerOf(workspace, 'staged');
  if (existsSync(marker)) return [];

  if (!isPrepared(workspace)) await stageRepositories(workspace, contents);
  const gone = contents.kept ? [] : await stageInputs(workspace, contents);
  for (const [path, text] of Object.entries(contents.home ?? {})) await writeInside(workspace.home, path, text);
  for (const [path, text] of Object.entries(contents.programs ?? {}))
    await writeInside(workspace.home, path, text, 0o755);
  writeFileSync(marker, '');
  return gone;
}

/** Clones the repositories into a workspace without any file. */
export async function stageRepositories(
  { directory }: Places,
  { repositories, clone }: Pick<WorkspaceContents, 'repositories' | 'clone'>,
): Promise<void> {
  const repos = join(directory, 'repos');
  mkdirSync(repos, { recursive: true });
  for (const repository of repositories) await cloneRepository(repository, repos, clone);
}

/**
 * Fills the new workspace of a fork with the files in which its agent has worked already.
 * @throws DomainError `session.archive_broken`
 */
export async function restoreWorkspace(
  workspace: Places,
  { kept, clone }: Pick<WorkspaceContents, 'kept' | 'clone'>,
): Promise<void> {
  if (!kept || isPrepared(workspace)) return;
  await restoreFiles(workspace, kept, clone.signal);
  await markPrepared(workspace);
}

/** Commands of a set-up may have worked in the workspace. */
async function stageInputs({ directory }: Places, { inputs, clone }: WorkspaceContents): Promise<readonly InputFile[]> {
  directoryInside(directory, join('artifacts', 'output'));
  const former = join(directory, 'artifacts', 'input');
  if (existsSync(former)) await removeTree(former);
  const input = directoryInside(directory, join('artifacts', 'input'));
  const gone: InputFile[] = [];
  for (const file of inputs) {
    if (!(await copy(file, input, clone.signal))) gone.push(file);
  }
  return gone;
}

/** False for a file whose content is gone. */
async function copy(file: InputFile, input: string, signal: AbortSignal | undefined): Promise<boolean> {
  const { phaseId, path } = file;
  const directory = join(input, phaseId);
  const target = join(directory, path);
  if (dirname(directory) !== input || !target.startsWith(directory + sep)) {
    throw new DomainError(
      'artifact.path_invalid',
      `${phaseId}/${path} leads out of artifacts/input`,
      'invalid',
      'artifacts',
    );
  }
  const bytes = await file.open().catch((error: unknown) => {
    if (!(error instanceof ObjectMissing)) throw error;
  });
  if (!bytes) return false;
  mkdirSync(dirname(target), { recursive: true });
  await pipeline(bytes, createWriteStream(target), { ...(signal && { signal }) });
  return true;
}
