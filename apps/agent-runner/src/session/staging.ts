import { DomainError } from '@syntropic/kernel';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { cloneRepository, type CloneRules, type Repository } from './repositories';

/** A file that an earlier phase left. */
export interface InputFile {
  readonly phaseId: string;
  readonly path: string;
  open(): Promise<Readable>;
}

export interface Staging {
  readonly inputs: readonly InputFile[];
  readonly repositories: readonly Repository[];
  readonly clone: CloneRules;
}

/** Lays out a new workspace: inputs, an empty output, clones. The mark lies beside it, where the agent cannot write:
 * what has been an agent's is never written to again, for it may hold links that lead anywhere. */
export async function stage(workspace: string, { inputs, repositories, clone }: Staging): Promise<void> {
  const mark = join(dirname(workspace), 'staged');
  if (existsSync(mark)) return;

  const [input, output, repos] = [
    join(workspace, 'artifacts', 'input'),
    join(workspace, 'artifacts', 'output'),
    join(workspace, 'repos'),
  ];
  for (const directory of [input, output, repos]) await mkdir(directory, { recursive: true });
  for (const file of inputs) await copy(file, input, clone.signal);
  for (const repository of repositories) await cloneRepository(repository, repos, clone);
  await writeFile(mark, '');
}

async function copy(file: InputFile, input: string, signal: AbortSignal | undefined): Promise<void> {
  const { phaseId, path } = file;
  const directory = join(input, phaseId);
  const target = join(directory, path);
  if (dirname(directory) !== input || !target.startsWith(directory + sep)) {
    throw new DomainError(
      'artifact.path_invalid',
      `${phaseId}/${path} leads out of the inputs`,
      'invalid',
      'artifacts',
    );
  }
  await mkdir(dirname(target), { recursive: true });
  await pipeline(await file.open(), createWriteStream(target), { ...(signal && { signal }) });
}
