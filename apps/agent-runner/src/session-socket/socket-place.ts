import { lstatSync, rmSync } from 'node:fs';
import { lstat, mkdtemp, readlink, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The longest path of a unix socket on Linux. */
const MAX_PATH_BYTES = 107;
const NAME = 'runner.sock';
/** A link to the directory of a socket whose own place has too long a path. */
const LINK = 'socket-place';

/**
 * A path for the socket of a session that only this runner's user can enter: in the session's directory, or beside the machine's
 * temporary files when the path would be too long. Removes the socket of an earlier leg.
 */
export async function socketPlace(directory: string): Promise<string> {
  await removeSocket(directory);
  const path = join(directory, NAME);
  if (Buffer.byteLength(path) <= MAX_PATH_BYTES) return path;

  for (const parent of [tmpdir(), '/tmp']) {
    if (Buffer.byteLength(join(parent, 'syn-XXXXXX', NAME)) > MAX_PATH_BYTES) continue;
    const place = await mkdtemp(join(parent, 'syn-'));
    await symlink(place, join(directory, LINK));
    return join(place, NAME);
  }
  throw new Error('there is no directory whose path is short enough for a unix socket');
}

/** Removes a session's socket, also one that an earlier life of the runner has left. */
export async function removeSocket(directory: string): Promise<void> {
  rmSync(join(directory, NAME), { force: true });
  const link = join(directory, LINK);
  if (!lstatSync(link, { throwIfNoEntry: false })) return;
  const place = await readlink(link).catch(() => undefined);
  if (place === undefined) return;
  if ((await lstat(place).catch(() => undefined))?.isDirectory()) await rm(place, { recursive: true, force: true });
  await rm(link, { force: true });
}
