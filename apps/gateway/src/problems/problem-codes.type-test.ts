import type { ProblemCode } from './problem-codes';

/** Must compile: the codes of refusals are those of the contracts. */

export const codes = [
  'request.invalid',
  'workflow.archived',
  'execution.not_running',
  'session.already_completed',
  'artifact.bytes_unavailable',
] as const satisfies readonly ProblemCode[];

// @ts-expect-error no contract has this rule
export const misspelt: ProblemCode = 'execution.not_runing';

// @ts-expect-error a rule of another aggregate
export const misplaced: ProblemCode = 'workflow.not_running';
