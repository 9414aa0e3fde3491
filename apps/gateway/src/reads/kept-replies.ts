import { Injectable } from '@nestjs/common';
import { answerOf, KeptAnswers, type Answer, type Projection } from '@syntropic/projections';
import { jsonWithin, MAX_ANSWER_BYTES } from '../http/answer-bytes';
import type { ApiRequest, JsonBytes } from '../http/endpoint';
import { tellNext } from '../http/list-headers';

/** The place of a kind of answers among those that are kept. */
type Place = Readonly<{ projection: Projection; name: string }>;

/** `asOf`: the position up to which the answer includes the events of its read model. Only an answer of final facts is kept. */
type Made = Readonly<{
  view: object;
  /** The view at a fixed time: its tag stays while nothing but the time changes. */
  timeless?: object | undefined;
  /** Of a list: what asks for its next page. */
  next?: string | null;
  asOf: number;
  isFinal: boolean;
}>;
type MadeOfRow = Made & Readonly<{ id: string; row: number }>;

type Request = Pick<ApiRequest, 'minPosition' | 'reply' | 'headers'>;

/** Answers hot reads from bytes that are kept, with an entity tag. */
@Injectable()
export class KeptReplies {
  constructor(private readonly answers: KeptAnswers) {}

  async ofRow(request: Request, place: Place, id: string, make: () => Promise<MadeOfRow>): Promise<JsonBytes> {
    const { answer, epoch } = await this.answers.ofRow(place, id, request);
    if (answer) return sent(request, answer);

    const { view, timeless, isFinal, ...made } = await make();
    const fresh = timeless ? { body: bytesOf(view), etag: weakTagOf(timeless) } : answerOf(bytesOf(view));
    if (isFinal) this.answers.keepOfRow(place, made.id, { ...fresh, ...made, epoch });
    return sent(request, fresh);
  }

  /** An answer that is not kept, with an entity tag. `next`: what asks for the next page of a list. */
  tagged(request: Request, view: object, next: string | null = null): JsonBytes {
    return sent(request, { ...answerOf(bytesOf(view)), next });
  }

  async ofList(request: Request, place: Place, make: () => Promise<Made>): Promise<JsonBytes> {
    const { answer, epoch } = await this.answers.ofList(place, request);
    if (answer) return sent(request, answer);

    const { view, asOf, isFinal, next = null } = await make();
    const fresh = { ...answerOf(bytesOf(view)), next };
    if (isFinal) this.answers.keepList(place, { ...fresh, asOf, epoch });
    return sent(request, fresh);
  }
}

const bytesOf = (view: object): Buffer => Buffer.from(jsonWithin(view, MAX_ANSWER_BYTES));

/** Of an answer that means the same to its readers, not of its bytes. */
const weakTagOf = (view: object): string => `W/${answerOf(bytesOf(view)).etag}`;

const NOT_MODIFIED = 304;
const NOTHING = Buffer.alloc(0);

function sent({ reply, headers }: Request, { etag, body, next = null }: Answer): JsonBytes {
  tellNext({ reply }, next);
  void reply.header('etag', etag).header('content-type', 'application/json; charset=utf-8');
  if (!isKnown(headers['if-none-match'], etag)) return body;
  void reply.status(NOT_MODIFIED);
  return NOTHING;
}

/** The header names one or more tags, or `*`; a proxy may have marked a tag as weak. */
const isKnown = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  (header.trim() === '*' || header.split(',').some((tag) => strong(tag.trim()) === strong(etag)));

const strong = (tag: string): string => tag.replace(/^W\//, '');
