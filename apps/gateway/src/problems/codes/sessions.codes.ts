import type { ProblemKinds } from '../problem-kind';

export const sessionCodes = {
  'session.not_found': { status: 404, title: 'There is no such session' },
} as const satisfies ProblemKinds;
