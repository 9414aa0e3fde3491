import { Inject, Injectable } from '@nestjs/common';
import { ObjectMissing, type ObjectStorage } from '@syntropic/object-storage';
import type { Readable } from 'node:stream';
import { OBJECT_STORAGE } from '../artifacts/artifact-bytes';
import { MAX_ANSWER_BYTES } from '../http/answer-bytes';
import type { TranscriptRecord } from './sessions.dto';

const NEWLINE = 0x0a;

/** Room for the fields around the records. */
const MAX_PAGE_BYTES = MAX_ANSWER_BYTES - 1_024;

export type TranscriptRange = Readonly<{
  /** The offset behind the page before; absent: from the record `line` on. */
  after?: number | undefined;
  line: number;
  limit: number;
}>;

/** A record with the bytes that it takes in the transcript. */
type MeasuredRecord = Readonly<{ record: TranscriptRecord; bytes: number }>;

type TranscriptPage = Readonly<{ lines: readonly TranscriptRecord[]; next: number | null }>;

/** Reads transcripts of ended sessions, whose records are lines of JSON, page by page. */
@Injectable()
export class Transcripts {
  constructor(@Inject(OBJECT_STORAGE) private readonly storage: ObjectStorage) {}

  /** `undefined` while the bytes are not stored. */
  async page(uri: string, { after, line, limit }: TranscriptRange): Promise<TranscriptPage | undefined> {
    const stream = await this.#open(uri, after ?? 0);
    if (!stream) return undefined;

    let offset = after ?? 0;
    let skipped = after === undefined ? line - 1 : 0;
    let bytes = 0;
    const lines: TranscriptRecord[] = [];
    for await (const record of recordsOf(stream)) {
      const isSkipped = skipped-- > 0;
      // One record is answered even if it is larger than a page: older builds wrote long lines whole.
      const isFull = lines.length > 0 && (lines.length === limit || bytes + record.length > MAX_PAGE_BYTES);
      if (isFull) return { lines, next: offset };
      offset += record.length + 1;
      if (isSkipped) continue;
      bytes += record.length + 1;
      // Every record was written by a runner.
      lines.push(JSON.parse(record.toString()) as TranscriptRecord);
    }
    return { lines, next: null };
  }

  /** The records from an offset on, each with its bytes. `undefined` while the bytes are not stored. */
  async records(uri: string, from: number): Promise<AsyncIterable<MeasuredRecord> | undefined> {
    const stream = await this.#open(uri, from);
    return stream && measured(stream);
  }

  async #open(uri: string, from: number): Promise<Readable | undefined> {
    try {
      return await this.storage.get(uri, from);
    } catch (error) {
      if (error instanceof ObjectMissing) return undefined;
      throw error;
    }
  }
}

async function* measured(stream: Readable): AsyncGenerator<MeasuredRecord> {
  for await (const line of recordsOf(stream)) {
    // Every record was written by a runner.
    yield { record: JSON.parse(line.toString()) as TranscriptRecord, bytes: line.length + 1 };
  }
}

async function* recordsOf(stream: Readable): AsyncGenerator<Buffer> {
  let begun: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      yield Buffer.concat([...begun, chunk.subarray(start, end)]);
      begun = [];
      start = end + 1;
    }
    begun.push(chunk.subarray(start));
  }
}
