import type { ProblemKinds } from '../problem-kind';

/** Records of ended sessions that will never come. */
export const recordCodes = {
  'transcript.not_stored': { status: 404, title: 'The session has ended without a transcript' },
} as const satisfies ProblemKinds;
