import type { ApiRequest } from '../http/endpoint';
import { Problem } from '../problems/problem';

const NOT_YET = 202;
const RETRY_AFTER_SECONDS = 2;

/** Answers that the transcript comes when the session has ended. */
export function notYet({ reply }: Pick<ApiRequest, 'reply'>): void {
  void reply.status(NOT_YET).header('retry-after', RETRY_AFTER_SECONDS);
}

/** A runner stores the transcript before it reports the end: what is missing afterwards does not come any more. */
export const noTranscript = (uri: string | undefined): Problem =>
  new Problem(
    'transcript.not_stored',
    uri === undefined
      ? 'the session has ended without a transcript: its agent never ran, its runner was lost, or could not store it'
      : 'the transcript was stored, and its bytes are not in the object storage any more',
  );
