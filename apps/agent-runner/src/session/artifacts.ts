import { createHash } from 'node:crypto';
import { createReadStream, type Dirent } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

interface CollectedFile {
  /** Below `artifacts/output`, with `/` between its parts. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly absolutePath: string;
}

/** What lies there and is no artifact. */
interface LeftOut {
  readonly path: string;
  readonly why: string;
}

export interface Collected {
  readonly files: readonly CollectedFile[];
  readonly leftOut: readonly LeftOut[];
  /** There is more: nobody has looked at it. */
  readonly isTooMuch: boolean;
}

export const NOTHING_LEFT: Collected = { files: [], leftOut: [], isTooMuch: false };

/** Of one session: one event names them all, and every later phase is told of each. */
export const MOST_ARTIFACTS = 1_000;
/** In bytes, as JSON: a thousand of them, with what else is said of a file, are one message on a bus as it comes (1 MB). */
const LONGEST_PATH = 512;

const NO_FILE = 'it is no file, or a link that leads nowhere or out of the workspace';
const UNREADABLE = 'it cannot be read';

/** What an ended agent left in `artifacts/output`, in the order of its paths. A link counts as the file it names, if that is in the workspace. */
export async function collectArtifacts(workspace: string, most = MOST_ARTIFACTS): Promise<Collected> {
  const root = await realpath(workspace);
  const output = join(root, 'artifacts', 'output');
  // The agent could put a link in the place of the directory itself.
  const isOurs = await realpath(output).then(
    (path) => path === output,
    () => false,
  );
  if (!isOurs) return { ...NOTHING_LEFT, leftOut: (await exists(output)) ? [{ path: '.', why: NO_FILE }] : [] };

  const files: CollectedFile[] = [];
  const leftOut: LeftOut[] = [];
  for await (const { path, why } of leaves(output)) {
    if (files.length + leftOut.length === most) return { files, leftOut, isTooMuch: true };
    const file = why ?? (await fileAt(root, join(output, path)));
    if (typeof file === 'string') leftOut.push({ path, why: file });
    else files.push({ path, ...file });
  }
  return { files, leftOut, isTooMuch: false };
}

/** What is no directory, and with a reason against them the directories that one cannot go into. */
async function* leaves(output: string, directory = ''): AsyncGenerator<Partial<LeftOut> & Pick<LeftOut, 'path'>> {
  const entries = await readdir(join(output, directory), { withFileTypes: true }).catch(() => undefined);
  if (!entries) yield { path: directory || '.', why: UNREADABLE };

  for (const entry of entries?.sort(byPath) ?? []) {
    const path = directory + nameOf(entry);
    if (Buffer.byteLength(JSON.stringify(path)) > LONGEST_PATH) {
      yield { path: path.slice(0, LONGEST_PATH), why: `its path is longer than ${LONGEST_PATH} bytes` };
    } else if (entry.isDirectory()) yield* leaves(output, path);
    else yield { path };
  }
}

const nameOf = (entry: Dirent) => (entry.isDirectory() ? `${entry.name}/` : entry.name);

const byPath = (one: Dirent, other: Dirent) => (nameOf(one) < nameOf(other) ? -1 : 1);

/** A file of the workspace, or why it is none. */
async function fileAt(root: string, path: string): Promise<Omit<CollectedFile, 'path'> | string> {
  const absolutePath = await realpath(path).catch(() => undefined);
  if (!absolutePath?.startsWith(root + sep)) return NO_FILE;
  try {
    return (await stat(absolutePath)).isFile() ? { absolutePath, ...(await measured(absolutePath)) } : NO_FILE;
  } catch {
    return UNREADABLE;
  }
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
