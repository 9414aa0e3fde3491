import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { SourceChanged, type ObjectSource, type SeenFile } from './object-storage';

const CHUNK_BYTES = 256 * 1024;

/** A pipe in the place of the file must not keep the reader waiting, nor a link lead elsewhere. */
const AS_REGULAR_FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export const streamOf = (source: ObjectSource, signal?: AbortSignal): Readable =>
  Readable.from(chunksOf(source, signal), { objectMode: false });

/** A stream of them would cost more than the reading of a small file. */
const chunksOf = (source: ObjectSource, signal?: AbortSignal): Iterable<Uint8Array> | AsyncIterable<Uint8Array> =>
  source instanceof Uint8Array ? [source] : read(source.file, source.seen, signal);

/** Reads the source once for its hash and size, and passes each chunk on. */
export async function measure(
  source: ObjectSource,
  { onChunk, signal }: MeasureOptions = {},
): Promise<{ sha256: string; sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of chunksOf(source, signal)) {
    hash.update(chunk);
    sizeBytes += chunk.length;
    await onChunk?.(chunk);
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}

type MeasureOptions = Readonly<{ onChunk?: (chunk: Uint8Array) => Promise<void>; signal?: AbortSignal | undefined }>;

/** Reads no more than the seen size: a file that grows meanwhile has no end. */
async function* read(path: string, seen: SeenFile | undefined, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const file = await open(path, AS_REGULAR_FILE).catch((cause: unknown) => {
    throw seen ? new SourceChanged({ cause }) : cause;
  });
  try {
    const { sizeBytes } = seen ?? { sizeBytes: Number.POSITIVE_INFINITY };
    if (seen && !(await isSame(file, seen))) throw new SourceChanged();
    for (let position = 0; position < sizeBytes;) {
      signal?.throwIfAborted();
      const length = Math.min(CHUNK_BYTES, sizeBytes - position);
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, position);
      if (bytesRead === 0 && seen) throw new SourceChanged();
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      position += bytesRead;
    }
  } finally {
    await file.close();
  }
}

async function isSame(file: FileHandle, { device, inode }: SeenFile): Promise<boolean> {
  const now = await file.stat();
  return now.isFile() && now.dev === device && now.ino === inode;
}
