import { Inject, Injectable } from '@nestjs/common';
import type { ArtifactRow } from '@syntropic/artifacts/read-model';
import { ObjectMissing, type ObjectStorage } from '@syntropic/object-storage';
import { MAX_ANSWER_BYTES } from '../http/answer-bytes';
import type { ByteRange } from '../http/byte-range';
import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

export const OBJECT_STORAGE = Symbol('object storage');

/** Larger texts are not put into JSON, as JSON writes them; `/content` serves their bytes. */
const LARGEST_TEXT = MAX_ANSWER_BYTES - 16 * 1024;

/** Reads the bytes of artifacts from object storage. */
@Injectable()
export class ArtifactBytes {
  constructor(@Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage) {}

  /** `undefined` while the bytes are not stored. */
  async stream(
    { uri }: Pick<ArtifactRow, 'uri'>,
    { from, until }: Partial<ByteRange> = {},
  ): Promise<Readable | undefined> {
    try {
      return await this.storage.get(uri, from, until);
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
    if (!isUtf8(bytes)) return null;
    const text = bytes.toString();
    return Buffer.byteLength(JSON.stringify(text)) > LARGEST_TEXT ? null : text;
  }
}
