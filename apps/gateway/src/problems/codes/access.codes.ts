import type { ProblemKinds } from '../problem-kind';

/** Refusals of callers, and problems of their keys. */
export const accessCodes = {
  'access.unauthenticated': { status: 401, title: 'A valid key is needed' },
  'access.role_missing': { status: 403, title: 'The role of the caller does not allow this' },
  'access.out_of_scope': { status: 403, title: 'The key is restricted to other areas' },
  'access.too_many_requests': { status: 429, title: 'The caller has sent too many requests' },
  'access.provider_unavailable': { status: 503, title: 'The provider of logins does not answer' },
  'key.not_found': { status: 404, title: 'There is no such key' },
  'key.already_exists': { status: 409, title: 'The key exists already' },
  'key.revoked': { status: 409, title: 'The key was revoked' },
  'key.too_many': { status: 409, title: 'There are too many keys' },
} as const satisfies ProblemKinds;
