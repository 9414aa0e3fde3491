import type { Readable } from 'node:stream';

/** Bytes stored under their hash: the same bytes are stored once, and the content of a URI never changes. */
export type StoredObject = Readonly<{ uri: string; sha256: string; sizeBytes: number }>;

/** Bytes in memory, or a file that is read as it is stored. */
export type ObjectSource = Uint8Array | Readonly<{ file: string }>;

export interface ObjectStorage {
  /**
   * When it resolves, the bytes survive a power cut.
   * @throws ObjectStorageAway
   */
  put(source: ObjectSource): Promise<StoredObject>;
  /** @throws ObjectMissing, ObjectStorageAway */
  get(uri: string): Promise<Readable>;
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

const SCHEME = 'sha256:';

/** Names the content, not the storage, so that a move to another storage changes no event. */
export const uriOf = (sha256: string): string => `${SCHEME}${sha256}`;

/** The key is the same in every storage, so that a directory can be copied into a bucket. */
export const keyOf = (sha256: string): string => `${sha256.slice(0, 2)}/${sha256}`;

/** @throws ObjectMissing for a URI that is not of this form. */
export function sha256Of(uri: string): string {
  const hash = uri.slice(SCHEME.length);
  if (!uri.startsWith(SCHEME) || !/^[0-9a-f]{64}$/.test(hash)) throw new ObjectMissing(uri);
  return hash;
}
