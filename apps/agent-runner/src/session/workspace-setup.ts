import { DomainError } from '@syntropic/kernel';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Workspace } from '../workspaces';
import { cloneRepository, type CloneRules, type Repository } from './repositories';

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
  /** Files of the agent's home, by their paths in it. */
  readonly home?: Readonly<Record<string, string>> | undefined;
}

/**
 * Fills a new workspace. The workspace of an earlier leg stays as it is: its agent may have created links that lead out of it.
 * The marker file is beside the workspace, where the agent cannot write.
 */
export async function setUpWorkspace(
  { directory: workspace, home }: Pick<Workspace, 'directory' | 'home'>,
  { inputs, repositories, clone, ...contents }: WorkspaceContents,
): Promise<void> {
  const marker = join(dirname(workspace), 'staged');
  if (existsSync(marker)) return;

  const [input, output, repos] = [
    join(workspace, 'artifacts', 'input'),
    join(workspace, 'artifacts', 'output'),
    join(workspace, 'repos'),
  ];
  for (const directory of [input, output, repos]) await mkdir(directory, { recursive: true });
  for (const file of inputs) await copy(file, input, clone.signal);
  for (const [path, text] of Object.entries(contents.home ?? {})) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), text);
  }
  for (const repository of repositories) await cloneRepository(repository, repos, clone);
  await writeFile(marker, '');
}

async function copy(file: InputFile, input: string, signal: AbortSignal | undefined): Promise<void> {
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
  await mkdir(dirname(target), { recursive: true });
  await pipeline(await file.open(), createWriteStream(target), { ...(signal && { signal }) });
}
