import type { ProblemKinds } from '../problem-kind';

/** Records of the past that do not exist: of ended sessions, and of executions before their start; and parts of files that are not there. */
export const recordCodes = {
  'artifact.range_not_satisfiable': { status: 416, title: 'The file ends before this range' },
  'workflow.package_too_large': { status: 409, title: 'The package is larger than an answer may be' },
  'transcript.not_stored': { status: 404, title: 'The session has ended without a transcript' },
  'execution.not_started': { status: 404, title: 'The execution had not started at that moment' },
} as const satisfies ProblemKinds;
