import { createHash } from 'node:crypto';
import { createReadStream, type Dirent } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

interface CollectedFile {
  /** Relative to `artifacts/output`, separated by `/`. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly absolutePath: string;
}

/** An entry of `artifacts/output` that is not collected. */
interface LeftOut {
  readonly path: string;
  readonly why: string;
}

export interface CollectedArtifacts {
  readonly files: readonly CollectedFile[];
  readonly leftOut: readonly LeftOut[];
  /** True when there are more files than the limit; the rest was not read. */
  readonly isTruncated: boolean;
}

export const NO_ARTIFACTS: CollectedArtifacts = { files: [], leftOut: [], isTruncated: false };

/** Per session: one event lists all of them, and the work order of every later phase repeats the list. */
export const MAX_ARTIFACTS = 1_000;
/** As JSON: the paths and metadata of a thousand files fit into one message of NATS's default size (1 MB). */
const MAX_PATH_BYTES = 512;

const NO_FILE = 'it is no file, or a link that leads nowhere or out of the workspace';
const UNREADABLE = 'it cannot be read';

/** The files in `artifacts/output` of an agent that has exited, ordered by path. Links count as their target, if it is in the workspace. */
export async function collectArtifacts(workspace: string, max = MAX_ARTIFACTS): Promise<CollectedArtifacts> {
  const root = await realpath(workspace);
  const output = join(root, 'artifacts', 'output');
  // The agent may have replaced the directory itself by a link.
  const isInPlace = await realpath(output).then(
    (path) => path === output,
    () => false,
  );
  if (!isInPlace) return { ...NO_ARTIFACTS, leftOut: (await exists(output)) ? [{ path: '.', why: NO_FILE }] : [] };

  const files: CollectedFile[] = [];
  const leftOut: LeftOut[] = [];
  for await (const { path, why } of entriesBelow(output)) {
    if (files.length + leftOut.length === max) return { files, leftOut, isTruncated: true };
    const file = why ?? (await fileAt(root, join(output, path)));
    if (typeof file === 'string') leftOut.push({ path, why: file });
    else files.push({ path, ...file });
  }
  return { files, leftOut, isTruncated: false };
}

/** Files named in the notice. */
const MAX_NAMED = 20;

/** A telemetry line that names the entries left out; undefined when there are none. */
export function leftOutNotice({ leftOut }: CollectedArtifacts): string | undefined {
  if (leftOut.length === 0) return undefined;

  const named = leftOut.slice(0, MAX_NAMED).map(({ path, why }) => `${path} (${why})`);
  const more = leftOut.length > named.length ? ` and ${leftOut.length - named.length} more` : '';
  const message = `left out of the artifacts: ${named.join(', ')}${more}`;
  return JSON.stringify({ event_type: 'system_notification', context: { level: 'warning', message } });
}

/** All entries except directories. Unreadable directories and overlong paths are returned with the reason. */
async function* entriesBelow(output: string, directory = ''): AsyncGenerator<Partial<LeftOut> & Pick<LeftOut, 'path'>> {
  const entries = await readdir(join(output, directory), { withFileTypes: true }).catch(() => undefined);
  if (!entries) yield { path: directory || '.', why: UNREADABLE };

  for (const entry of entries?.sort(byPath) ?? []) {
    const path = directory + nameOf(entry);
    if (Buffer.byteLength(JSON.stringify(path)) > MAX_PATH_BYTES) {
      yield { path: path.slice(0, MAX_PATH_BYTES), why: `its path is longer than ${MAX_PATH_BYTES} bytes` };
    } else if (entry.isDirectory()) yield* entriesBelow(output, path);
    else yield { path };
  }
}

const nameOf = (entry: Dirent) => (entry.isDirectory() ? `${entry.name}/` : entry.name);

const byPath = (one: Dirent, other: Dirent) => (nameOf(one) < nameOf(other) ? -1 : 1);

/** A file of the workspace, or the reason to leave it out. */
async function fileAt(root: string, path: string): Promise<Omit<CollectedFile, 'path'> | string> {
  const absolutePath = await realpath(path).catch(() => undefined);
  if (!absolutePath?.startsWith(root + sep)) return NO_FILE;
  try {
    return (await stat(absolutePath)).isFile() ? { absolutePath, ...(await measure(absolutePath)) } : NO_FILE;
  } catch {
    return UNREADABLE;
  }
}

async function measure(path: string) {
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
