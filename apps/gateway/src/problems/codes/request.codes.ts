import type { ProblemKinds } from '../problem-kind';

/** Faults of the request itself. */
export const requestCodes = {
  'request.malformed': { status: 400, title: 'The request cannot be read' },
  'request.invalid': { status: 422, title: 'The request has faults' },
  'request.foreign': { status: 403, title: 'The request does not come from here' },
  'request.not_found': { status: 404, title: 'There is nothing at this address' },
  'request.method_not_allowed': { status: 405, title: 'This cannot be done at this address' },
  'request.headers_too_large': { status: 431, title: 'Address and headers are too large' },
  'request.timeout': { status: 408, title: 'The request did not arrive in time' },
  'request.too_large': { status: 413, title: 'The request is too large' },
  'request.overloaded': { status: 503, title: 'Too many such requests wait' },
  'request.unsupported_content': { status: 415, title: 'The body is in a format that is not taken here' },
  'id.ambiguous': { status: 409, title: 'Several ids begin like this' },
  'cursor.malformed': { status: 400, title: 'The cursor is not one that this list has given' },
  'position.malformed': { status: 422, title: 'The position is not one that a reply carried' },
  'position.ahead': { status: 422, title: 'The log ends before this position' },
  'position.other_epoch': { status: 409, title: 'The log was restored since this position was given' },
} as const satisfies ProblemKinds;
