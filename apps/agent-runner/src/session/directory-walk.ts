import type { Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';

/** The bound of one walk: it ends when no entries are left to visit, or at the signal. */
export type Walk = { left: number; readonly signal?: AbortSignal | undefined };

/** An entry below a directory, with the reason when it cannot be used. */
type Visited = Readonly<{ path: string; why?: string }>;

/** As JSON: the paths and metadata of a thousand files fit into one message of NATS's default size (1 MB). */
const MAX_PATH_BYTES = 512;

/** All entries except directories, ordered by path. Unreadable directories and overlong paths are returned with the reason. */
export async function* entriesBelow(root: string, walk: Walk, directory = ''): AsyncGenerator<Visited> {
  const entries = await entriesIn(join(root, directory), walk);
  if (!entries) yield { path: directory || '.', why: 'it cannot be read' };

  for (const entry of entries?.sort(byPath) ?? []) {
    const path = directory + nameOf(entry);
    if (Buffer.byteLength(JSON.stringify(path)) > MAX_PATH_BYTES) {
      yield { path: beginningOf(path), why: `its path is longer than ${MAX_PATH_BYTES} bytes` };
    } else if (entry.isDirectory()) yield* entriesBelow(root, walk, path);
    else yield { path };
    if (walk.signal?.aborted) return;
  }
}

/** Reads a directory step by step: an agent may have put millions of entries into it. */
async function entriesIn(directory: string, walk: Walk): Promise<Dirent[] | undefined> {
  const entries: Dirent[] = [];
  if (walk.left <= 0) return entries;
  try {
    for await (const entry of await opendir(directory)) {
      entries.push(entry);
      if (--walk.left <= 0 || walk.signal?.aborted) break;
    }
    return entries;
  } catch {
    return undefined;
  }
}

/** Cuts no character in half. */
const beginningOf = (path: string) => path.slice(0, MAX_PATH_BYTES).replace(/[\ud800-\udbff]$/, '');

const nameOf = (entry: Dirent) => (entry.isDirectory() ? `${entry.name}/` : entry.name);

const byPath = (one: Dirent, other: Dirent) => (nameOf(one) < nameOf(other) ? -1 : 1);
