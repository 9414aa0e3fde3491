import { HttpException } from '@nestjs/common';
import { Overloaded } from '@syntropic/async';
import { DomainError, errorText, withoutHostPaths } from '@syntropic/kernel';
import { OutcomeUnknown } from '@syntropic/messaging';
import { ObjectStorageAway } from '@syntropic/object-storage';
import { classifyStoreError } from '@syntropic/postgres';
import { ReadModelBehind } from '@syntropic/projections';
import { Problem } from './problem';
import { kindOf, PROBLEM_CODES, type ProblemCode } from './problem-codes';
import type { ProblemDocument } from './problem-document';
import type { ProblemKind } from './problem-kind';

/** The answer to an error. `isFault` marks defects, which are logged as errors. */
export type ProblemReply = Readonly<{
  document: Omit<ProblemDocument, 'instance'>;
  retryAfterSeconds?: number;
  isFault: boolean;
}>;

const SOON_SECONDS = 1;
const LATER_SECONDS = 5;

/** The problem document of an error. The client gets no detail of an unforeseen error. */
export function problemOf(error: unknown): ProblemReply {
  if (error instanceof DomainError) return refusal(error);
  if (error instanceof Problem) return ofProblem(error);
  return foreseen(error) ?? replyTo('internal.fault', 'something went wrong here');
}

function ofProblem({ code, kind, message, field, errors, retryAfterSeconds }: Problem): ProblemReply {
  return {
    ...reply(code, kind, message, { ...(field && { field }), ...(errors && { errors: [...errors] }) }),
    ...(retryAfterSeconds && { retryAfterSeconds }),
  };
}

const refusal = (error: DomainError): ProblemReply =>
  reply(error.code, kindOf(error), error.message, error.field ? { field: error.field } : {});

function foreseen(error: unknown): ProblemReply | undefined {
  if (error instanceof OutcomeUnknown) {
    const detail = 'no answer in time, and it may have been done: sent again with its Idempotency-Key it is done once';
    return replyTo('command.outcome_unknown', detail, SOON_SECONDS);
  }
  if (error instanceof Overloaded) {
    const retryAfterSeconds = Math.max(SOON_SECONDS, Math.ceil(error.retryAfterMs / 1_000));
    return replyTo('command.overloaded', 'too many requests are waiting, so nothing was done', retryAfterSeconds);
  }
  if (error instanceof ReadModelBehind) {
    return replyTo('read_model.behind', error.message, SOON_SECONDS);
  }
  if (error instanceof ObjectStorageAway) {
    return replyTo('artifact.bytes_unavailable', error.message, LATER_SECONDS);
  }
  if (['unavailable', 'conflict'].includes(classifyStoreError(error))) {
    return replyTo('store.unavailable', 'the store does not answer', LATER_SECONDS);
  }
  return error instanceof HttpException ? ofFramework(error) : undefined;
}

/** Errors of Nest and Fastify before a handler runs. */
function ofFramework(error: HttpException): ProblemReply | undefined {
  const code = BY_STATUS[error.getStatus()];
  return code && replyTo(code, error.message);
}

const BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'request.malformed',
  404: 'request.not_found',
  405: 'request.method_not_allowed',
  413: 'request.too_large',
  415: 'request.unsupported_content',
};

const replyTo = (code: ProblemCode, detail: string, retryAfterSeconds?: number): ProblemReply => ({
  ...reply(code, PROBLEM_CODES[code], detail),
  ...(retryAfterSeconds && { retryAfterSeconds }),
});

function reply(
  code: string,
  { status, title }: ProblemKind,
  detail: string,
  more: Pick<ProblemDocument, 'field' | 'errors'> = {},
): ProblemReply {
  return {
    document: { type: `/api/docs#${code}`, title, status, code, detail: errorText(withoutHostPaths(detail)), ...more },
    isFault: status >= 500 && status !== 503,
  };
}
