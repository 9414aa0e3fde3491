import type { Readable } from 'node:stream';

/** Bytes under their hash: the same bytes are stored once, and what a URI names never changes. */
export type StoredObject = Readonly<{ uri: string; sha256: string; sizeBytes: number }>;

/** Bytes in memory, or a file that is read as it is stored. */
export type ObjectSource = Uint8Array | Readonly<{ file: string }>;

export interface ObjectStorage {
  /**
   * Once it answers, the bytes survive a power cut.
   * @throws ObjectStorageAway
   */
  put(source: ObjectSource): Promise<StoredObject>;
  /** @throws ObjectMissing, ObjectStorageAway */
  get(uri: string): Promise<Readable>;
}

/** Nothing is stored under this URI: it was never put here, or lost. */
export class ObjectMissing extends Error {
  override readonly name = 'ObjectMissing';

  constructor(
    readonly uri: string,
    options?: ErrorOptions,
  ) {
    super(`there is no object ${uri}`, options);
  }
}

/** The storage could not be asked, or could not answer. The same call may succeed later. */
export class ObjectStorageAway extends Error {
  override readonly name = 'ObjectStorageAway';

  constructor(options?: ErrorOptions) {
    super('the object storage does not answer', options);
  }
}

const SCHEME = 'sha256:';

/** Says what the bytes are, not where: a move to other storage changes no event. */
export const uriOf = (sha256: string): string => `${SCHEME}${sha256}`;

/** Where the bytes are, the same in every storage: copied from a directory into a bucket they are found there. */
export const keyOf = (sha256: string): string => `${sha256.slice(0, 2)}/${sha256}`;

/** @throws ObjectMissing for a URI that no storage here hands out. */
export function sha256Of(uri: string): string {
  const hash = uri.slice(SCHEME.length);
  if (!uri.startsWith(SCHEME) || !/^[0-9a-f]{64}$/.test(hash)) throw new ObjectMissing(uri);
  return hash;
}
