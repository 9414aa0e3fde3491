import { Injectable } from '@nestjs/common';
import { jsonBytes } from '@syntropic/kernel';
import { MAX_ANSWER_BYTES } from '../http/answer-bytes';
import type { TranscriptRecord } from '../sessions/sessions.dto';
import { Transcripts } from '../sessions/transcripts';
import { IndexBuilder, markBefore, type ConversationIndex } from './conversation-index';
import { conversationLine } from './conversation-line';
import type { ConversationLine } from './conversations.dto';

/** Room for the fields around the lines. */
const MAX_PAGE_BYTES = MAX_ANSWER_BYTES - 64 * 1024;

/** Of a longer line this is shown; the transcript has all of it. */
const SHOWN_CHARACTERS = 256 * 1024;

/** An index has at most 16 bytes for each 500 lines of a transcript. */
const KEPT_INDEXES = 200;

type Range = Readonly<{ offset: number; limit: number }>;
type Page = Readonly<{ lines: readonly ConversationLine[]; next: number | null }>;

/** Reads conversations from the transcripts of ended sessions, whose bytes never change. */
@Injectable()
export class Conversations {
  readonly #indexes = new Map<string, Promise<ConversationIndex | undefined>>();

  constructor(private readonly transcripts: Transcripts) {}

  /** Reads the whole transcript once, record by record. `undefined` while its bytes are not stored. */
  async index(uri: string): Promise<ConversationIndex | undefined> {
    const known = this.#indexes.get(uri);
    if (known) return known;

    const building = this.#build(uri);
    this.#indexes.set(uri, building);
    const [oldest] = this.#indexes.keys();
    if (this.#indexes.size > KEPT_INDEXES && oldest !== undefined) this.#indexes.delete(oldest);
    const isStored = await building.then(
      (index) => index !== undefined,
      () => false,
    );
    if (!isStored && this.#indexes.get(uri) === building) this.#indexes.delete(uri);
    return building;
  }

  /** The lines from an offset on, with the index of all. `undefined` while the bytes are not stored. */
  async page(uri: string, range: Range): Promise<(Page & Readonly<{ index: ConversationIndex }>) | undefined> {
    const index = await this.index(uri);
    const page = index && (await this.#page(uri, index, range));
    return page && { ...page, index };
  }

  async #page(uri: string, index: ConversationIndex, { offset, limit }: Range): Promise<Page | undefined> {
    const mark = markBefore(index, offset);
    const records = await this.transcripts.records(uri, mark.offset);
    if (!records) return undefined;

    const lines: ConversationLine[] = [];
    let [number, bytes] = [mark.line, 0];
    for await (const { text, isCut } of linesOf(records)) {
      if (number >= offset) {
        const line = conversationLine(text, { number: number + 1, isCut });
        bytes += jsonBytes(line);
        if (lines.length > 0 && bytes > MAX_PAGE_BYTES) return { lines, next: number };
        lines.push(line);
      }
      number++;
      if (lines.length === limit) break;
    }
    return { lines, next: number < index.lines && lines.length > 0 ? number : null };
  }

  async #build(uri: string): Promise<ConversationIndex | undefined> {
    const records = await this.transcripts.records(uri, 0);
    if (!records) return undefined;
    const builder = new IndexBuilder();
    for await (const { record, bytes } of records) builder.add(record, bytes);
    return builder.index;
  }
}

/** The lines that an agent has printed: parts of long ones are put together, as far as they are shown. */
async function* linesOf(records: AsyncIterable<Readonly<{ record: TranscriptRecord }>>) {
  let [begun, isCut] = ['', false];
  for await (const { record } of records) {
    if (record.stream !== 'stdout') continue;
    const texts = record.text.split('\n');
    for (const [index, text] of texts.entries()) {
      const room = SHOWN_CHARACTERS - begun.length;
      isCut ||= text.length > room;
      begun += text.slice(0, room);
      if (index === texts.length - 1 && record.more) continue;
      yield { text: begun, isCut };
      [begun, isCut] = ['', false];
    }
  }
  if (begun !== '') yield { text: begun, isCut };
}
