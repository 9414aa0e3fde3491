import { Inject, Injectable } from '@nestjs/common';
import type { ArtifactRow } from '@syntropic/artifacts/read-model';
import { ObjectMissing, type ObjectStorage } from '@syntropic/object-storage';
import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

export const OBJECT_STORAGE = Symbol('object storage');

/** Larger artifacts are not put into JSON. */
const LARGEST_TEXT = 5 * 1024 * 1024;

/** Reads the bytes of artifacts from object storage. */
@Injectable()
export class ArtifactBytes {
  constructor(@Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage) {}

  /** `undefined` while the bytes are not stored. */
  async stream({ uri }: ArtifactRow): Promise<Readable | undefined> {
    try {
      return await this.storage.get(uri);
    } catch (error) {
      if (error instanceof ObjectMissing) return undefined;
      throw error;
    }
  }

  /** The bytes as text; `null` for other content and for large files, `undefined` while they are not stored. */
  async text(row: ArtifactRow): Promise<string | null | undefined> {
    const stream = await this.stream(row);
    if (!stream) return undefined;
    if (row.size_bytes > LARGEST_TEXT) {
      stream.destroy();
      return null;
    }
    const bytes = await buffer(stream);
    return isUtf8(bytes) ? bytes.toString() : null;
  }
}
