import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

interface CollectedFile {
  /** Below `artifacts/output`, with `/` between its parts. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly absolutePath: string;
}

export interface Collected {
  readonly files: readonly CollectedFile[];
  /** Paths that were left out, each a link that leads out of the workspace or nowhere, or no file at all. */
  readonly refused: readonly string[];
}

/** What an ended agent left in `artifacts/output`. A link counts as the file it names, if that is in the workspace. */
export async function collectArtifacts(workspace: string): Promise<Collected> {
  const root = await realpath(workspace);
  const output = join(root, 'artifacts', 'output');
  // The agent could put a link in the place of the directory itself.
  const isOurs = await realpath(output).then(
    (path) => path === output,
    () => false,
  );
  if (!isOurs) return { files: [], refused: (await exists(output)) ? ['.'] : [] };

  const files: CollectedFile[] = [];
  const refused: string[] = [];
  for (const absolutePath of (await leaves(output)).sort()) {
    const path = relative(output, absolutePath).split(sep).join('/');
    const file = await fileInside(root, absolutePath);
    if (file === undefined) refused.push(path);
    else files.push({ path, absolutePath: file, ...(await measured(file)) });
  }
  return { files, refused };
}

async function leaves(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(directory, entry.name);
    found.push(...(entry.isDirectory() ? await leaves(path) : [path]));
  }
  return found;
}

async function fileInside(root: string, path: string): Promise<string | undefined> {
  const real = await realpath(path).catch(() => undefined);
  if (!real?.startsWith(root + sep)) return undefined;
  return (await stat(real)).isFile() ? real : undefined;
}

async function measured(path: string) {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      sizeBytes += chunk.length;
    }
  });
  return { sizeBytes, sha256: hash.digest('hex') };
}

const exists = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  );
