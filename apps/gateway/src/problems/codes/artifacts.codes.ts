import type { ProblemKinds } from '../problem-kind';

export const artifactCodes = {
  'artifact.not_found': { status: 404, title: 'There is no such artifact' },
} as const satisfies ProblemKinds;
