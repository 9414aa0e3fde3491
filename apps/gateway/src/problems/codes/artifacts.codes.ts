import type { ProblemKinds } from '../problem-kind';

export const artifactCodes = {
  'artifact.not_found': { status: 404, title: 'There is no such artifact' },
  'artifact.bytes_unavailable': { status: 503, title: 'The storage of artifacts does not answer' },
} as const satisfies ProblemKinds;
