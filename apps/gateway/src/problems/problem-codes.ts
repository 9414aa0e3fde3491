import type { DomainError, Refusal } from '@syntropic/kernel';
import { artifactCodes } from './codes/artifacts.codes';
import { orchestrationCodes } from './codes/orchestration.codes';
import { operatorCodes } from './codes/operator.codes';
import { platformCodes } from './codes/platform.codes';
import { requestCodes } from './codes/request.codes';
import { sessionCodes } from './codes/sessions.codes';
import type { ProblemKind, ProblemKinds } from './problem-kind';

/** Every code that a problem document may carry, context by context. */
export const PROBLEM_CODES = {
  ...requestCodes,
  ...platformCodes,
  ...orchestrationCodes,
  ...sessionCodes,
  ...artifactCodes,
  ...operatorCodes,
} as const;

export type ProblemCode = keyof typeof PROBLEM_CODES;

/** The status for codes of newer command services, which this gateway does not list. */
const BY_REFUSAL: Readonly<Record<Refusal, ProblemKind>> = {
  invalid: { status: 422, title: 'The request is refused as invalid' },
  forbidden: { status: 403, title: 'This is not allowed' },
  not_found: { status: 404, title: 'The subject of the request does not exist' },
  conflict: { status: 409, title: 'The request conflicts with the present state' },
};

export const kindOf = ({ code, refusal }: DomainError): ProblemKind =>
  (PROBLEM_CODES as ProblemKinds)[code] ?? BY_REFUSAL[refusal];
