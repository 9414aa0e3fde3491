import { DomainError } from '@syntropic/kernel';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack, unpack } from '../checkpoints/archive';
import type { Workspace } from '../workspaces';
import { reasonOf } from './reason';

type Places = Pick<Workspace, 'directory' | 'home'>;

/** A larger archive is not kept. */
const MOST_KEPT_BYTES = 256 * 1024 ** 2;

/** Working directory and home, which lie beside each other. */
export function partOf({ directory, home }: Places) {
  const [together, other] = [dirname(directory), dirname(home)];
  if (together !== other) throw new Error(`${directory} and ${home} do not lie beside each other`);
  return { directory: together, names: [basename(directory), basename(home)] };
}

/** Writes the files of a session whose agent has ended, and its conversation, into an archive. */
export const packFiles = (places: Places, file: string, signal: AbortSignal): Promise<void> =>
  pack([partOf(places)], { file, maxBytes: MOST_KEPT_BYTES, signal });

/** The archive of a session that a new workspace is filled from. */
export type KeptFiles = Readonly<{
  open: () => Promise<Readable>;
  /** A place beside the workspace, which no agent can enter, for the archive while it is read. */
  beside: string;
}>;

/**
 * Fills a new workspace from the archive of another one. No agent has run in it yet.
 * @throws DomainError `session.archive_broken`
 */
export async function restoreFiles(
  places: Places,
  { open, beside }: KeptFiles,
  signal = new AbortController().signal,
): Promise<void> {
  const file = join(beside, 'forked.tar.gz');
  try {
    await pipeline(await open(), createWriteStream(file), { signal });
    await unpack(file, partOf(places), signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new DomainError('session.archive_broken', `a kept session is not restored: ${reasonOf(error)}`, 'conflict');
  } finally {
    await rm(file, { force: true });
  }
}
