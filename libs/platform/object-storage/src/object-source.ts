import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { ObjectSource } from './object-storage';

export const chunksOf = (source: ObjectSource): Readable =>
  source instanceof Uint8Array ? Readable.from([source]) : createReadStream(source.file);

/** Reads the source once for its hash and size, and passes each chunk on. */
export async function measure(
  source: ObjectSource,
  onChunk: (chunk: Uint8Array) => Promise<void> = () => Promise.resolve(),
): Promise<{ sha256: string; sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of chunksOf(source) as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    sizeBytes += chunk.length;
    await onChunk(chunk);
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}
