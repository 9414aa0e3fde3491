import type { SeenFile } from '@syntropic/object-storage';
import { lstat, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { ARTIFACT_LIMITS, ArtifactBudget, type ArtifactLimits } from './artifact-budget';
import { entriesBelow, type Walk } from './directory-walk';

/** A file as it was looked at. Its bytes are read when they are stored. */
interface CollectedFile {
  /** Relative to `artifacts/output`, separated by `/`. */
  readonly path: string;
  readonly absolutePath: string;
  readonly seen: SeenFile;
}

/** An entry of `artifacts/output` that is not kept. */
export interface LeftOut {
  readonly path: string;
  readonly why: string;
}

export interface CollectedArtifacts {
  readonly files: readonly CollectedFile[];
  readonly leftOut: readonly LeftOut[];
  /** The files among `leftOut` that exceed a limit of size. */
  readonly tooLarge: readonly LeftOut[];
  /** True when there are more files than the limit; the rest was not looked at. */
  readonly isTruncated: boolean;
}

export const NO_ARTIFACTS: CollectedArtifacts = { files: [], leftOut: [], tooLarge: [], isTruncated: false };

/** Directories count too. */
export const MAX_ENTRIES = 100_000;

const NO_FILE = 'it is no file, or a link that leads nowhere or out of the workspace';
const NO_NAME = 'its name is not UTF-8';
const UNREADABLE = 'it cannot be read';

/**
 * The files in `artifacts/output` of an agent that has exited, ordered by path. Links count as their target, if it is in the workspace.
 * Reads no bytes: a hole of any size is refused by its size. After the signal the rest is not looked at.
 */
export async function collectArtifacts(
  workspace: string,
  limits: Partial<ArtifactLimits> = {},
  signal?: AbortSignal,
): Promise<CollectedArtifacts> {
  const root = await realpath(workspace);
  const output = join(root, 'artifacts', 'output');
  // The agent may have replaced the directory itself by a link.
  const isInPlace = await realpath(output).then(
    (path) => path === output,
    () => false,
  );
  if (!isInPlace) return { ...NO_ARTIFACTS, leftOut: (await exists(output)) ? [{ path: '.', why: NO_FILE }] : [] };

  const bounds = { ...ARTIFACT_LIMITS, ...limits };
  const budget = new ArtifactBudget(bounds);
  const files: CollectedFile[] = [];
  const leftOut: LeftOut[] = [];
  const tooLarge: LeftOut[] = [];
  const walk: Walk = { left: MAX_ENTRIES, signal };
  for await (const { path, why: unreadable } of entriesBelow(output, walk)) {
    if (files.length + leftOut.length === bounds.files) return { files, leftOut, tooLarge, isTruncated: true };
    const found = unreadable ?? (await fileAt(root, join(output, path)));
    if (typeof found === 'string') {
      leftOut.push({ path, why: found });
      continue;
    }
    const excess = budget.refuse(found.seen);
    if (excess === undefined) files.push({ path, ...found });
    else {
      tooLarge.push({ path, why: excess });
      leftOut.push({ path, why: excess });
    }
  }
  return { files, leftOut, tooLarge, isTruncated: walk.left <= 0 || signal?.aborted === true };
}

/** Files named in a notice. */
const MAX_NAMED = 20;

/** Names the entries left out; undefined when there are none. */
export function leftOutNotice({ leftOut }: CollectedArtifacts): string | undefined {
  if (leftOut.length === 0) return undefined;

  return `left out of the artifacts: ${named(leftOut, MAX_NAMED)}`;
}

/** The first entries with their reasons, and the number of the others. */
export function named(entries: readonly LeftOut[], max: number): string {
  const shown = entries.slice(0, max).map(({ path, why }) => `${path} (${why})`);
  const more = entries.length > shown.length ? ` and ${entries.length - shown.length} more` : '';
  return `${shown.join(', ')}${more}`;
}

/** A file of the workspace, or the reason to leave it out. */
async function fileAt(root: string, path: string): Promise<Omit<CollectedFile, 'path'> | string> {
  const absolutePath = await realpath(path).catch(() => undefined);
  // A name that is not UTF-8 was decoded to another one, which does not exist.
  if (absolutePath === undefined && path.includes('\ufffd')) return NO_NAME;
  if (!absolutePath?.startsWith(root + sep)) return NO_FILE;
  try {
    const entry = await stat(absolutePath);
    if (!entry.isFile()) return NO_FILE;
    return { absolutePath, seen: { device: entry.dev, inode: entry.ino, sizeBytes: entry.size } };
  } catch {
    return UNREADABLE;
  }
}

const exists = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  );
