import type { Readable } from 'node:stream';

/** Bytes stored under their hash: the same bytes are stored once, and the content of a URI never changes. */
export type StoredObject = Readonly<{ uri: string; sha256: string; sizeBytes: number }>;

/** A regular file as it was looked at, without reading it. */
export type SeenFile = Readonly<{ device: number; inode: number; sizeBytes: number }>;

/** Bytes in memory, or a file that is read as it is stored: of a seen one, the bytes that it had then. */
export type ObjectSource = Uint8Array | Readonly<{ file: string; seen?: SeenFile }>;

export interface ObjectStorage {
  /**
   * When it resolves, the bytes survive a power cut. With the name of a copy they are stored apart from all others of their hash.
   * @throws ObjectStorageAway, SourceChanged, or the signal's reason
   */
  put(source: ObjectSource, signal?: AbortSignal, copy?: string): Promise<StoredObject>;
  /**
   * The bytes from an offset on, up to another one; none behind the end.
   * @throws ObjectMissing, ObjectStorageAway
   */
  get(uri: string, from?: number, until?: number): Promise<Readable>;
  /**
   * Removes an object that nothing refers to any more; one that is not there is none.
   * @throws ObjectStorageAway
   */
  remove(uri: string): Promise<void>;
}

/** No object is stored under this URI: it was never put here, or lost. */
export class ObjectMissing extends Error {
  override readonly name = 'ObjectMissing';

  constructor(
    readonly uri: string,
    options?: ErrorOptions,
  ) {
    super(`there is no object ${uri}`, options);
  }
}

/** The storage could not be reached or could not answer. The same call may succeed later. */
export class ObjectStorageAway extends Error {
  override readonly name = 'ObjectStorageAway';

  constructor(options?: ErrorOptions) {
    super('the object storage does not answer', options);
  }
}

/** The file is not the one that was looked at: it was replaced, removed or cut. */
export class SourceChanged extends Error {
  override readonly name = 'SourceChanged';

  constructor(options?: ErrorOptions) {
    super('the file was changed before it was stored', options);
  }
}

const SCHEME = 'sha256:';

/** Names the content, not the storage, so that a move to another storage changes no event. */
export const uriOf = (sha256: string, copy?: string): string => `${SCHEME}${nameOf(sha256, copy)}`;

/** The key is the same in every storage, so that a directory can be copied into a bucket. */
export const keyOf = (name: string): string => `${name.slice(0, 2)}/${name}`;

export const nameOf = (sha256: string, copy?: string): string => (copy === undefined ? sha256 : `${sha256}.${copy}`);

/** The name of an object: its hash, and that of the copy. @throws ObjectMissing for a URI that is not of this form. */
export function nameIn(uri: string): string {
  const name = uri.slice(SCHEME.length);
  if (!uri.startsWith(SCHEME) || !/^[0-9a-f]{64}(?:\.[0-9a-f-]{1,36})?$/.test(name)) throw new ObjectMissing(uri);
  return name;
}
