import type { ProblemKinds } from '../problem-kind';

export const operatorCodes = {
  'projection.not_found': { status: 404, title: 'There is no such projection' },
  'projection.not_stopped': { status: 409, title: 'The projection has not stopped at this event' },
  'projection.rebuilding': { status: 409, title: 'The projection is being rebuilt' },
  'projection.not_rebuilding': { status: 409, title: 'The projection is not being rebuilt' },
  'projection.not_differing': { status: 409, title: 'No rebuild of the projection has found a difference' },
  'process.not_found': { status: 404, title: 'There is no such process' },
  'process.not_failing': { status: 409, title: 'The process does not fail at this event' },
  'process.log_restored': { status: 409, title: 'The log was restored, and the process has no position in it' },
  'process.position_beyond_head': { status: 422, title: 'The log ends before this position' },
  'dead_letter.not_found': { status: 404, title: 'There is no such dead letter' },
  'quarantine.not_found': { status: 404, title: 'Nothing like it is set apart' },
} as const satisfies ProblemKinds;
