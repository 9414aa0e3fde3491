import type { ProblemKinds } from '../problem-kind';

export const operatorCodes = {
  'projection.not_found': { status: 404, title: 'There is no such projection' },
  'projection.not_stopped': { status: 409, title: 'The projection has not stopped at this event' },
  'dead_letter.not_found': { status: 404, title: 'There is no such dead letter' },
} as const satisfies ProblemKinds;
