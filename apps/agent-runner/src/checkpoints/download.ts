import { retry } from '@syntropic/async';
import { DomainError } from '@syntropic/kernel';
import { measure, ObjectMissing, uriOf, type ObjectStorage } from '@syntropic/object-storage';
import type { Checkpoint } from '@syntropic/orchestration/contracts';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

const BACK_OFF = { firstMs: 500, longestMs: 2_000 };
const ATTEMPTS = 3;

/**
 * Writes a checkpoint to a file, and looks whether it has the bytes that were stored. A connection may break on the way.
 * @throws DomainError `workspace.checkpoint_lost`, the signal's reason
 */
export async function download(
  objects: ObjectStorage,
  { uri }: Checkpoint,
  { file, signal }: Readonly<{ file: string; signal: AbortSignal }>,
): Promise<void> {
  let attempts = 0;
  const onFault = (error: unknown) => {
    if (error instanceof ObjectMissing) throw checkpointLost('is missing');
    if (++attempts === ATTEMPTS) throw error;
  };
  await retry(signal, { backOff: BACK_OFF, onFault }, async () => {
    await pipeline(await objects.get(uri), createWriteStream(file), { signal });
    const { sha256 } = await measure({ file }, { signal });
    if (uriOf(sha256) !== uri) throw checkpointLost('is broken: it has other bytes than were stored');
  });
  signal.throwIfAborted();
}

export const CHECKPOINT_LOST = 'workspace.checkpoint_lost';

export const checkpointLost = (what: string): DomainError =>
  new DomainError(CHECKPOINT_LOST, `the checkpoint of the session ${what}`);
