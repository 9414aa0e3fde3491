import type { DomainError } from '@syntropic/kernel';
import { accessCodes } from './codes/access.codes';
import { operatorCodes } from './codes/operator.codes';
import { platformCodes } from './codes/platform.codes';
import { recordCodes } from './codes/record.codes';
import { BY_REFUSAL, refusalCodes } from './codes/refusal.codes';
import { requestCodes } from './codes/request.codes';
import { webhookCodes } from './codes/webhook.codes';
import type { ProblemKind, ProblemKinds } from './problem-kind';

/** Every code that a problem document may carry. */
export const PROBLEM_CODES = {
  ...requestCodes,
  ...accessCodes,
  ...recordCodes,
  ...platformCodes,
  ...refusalCodes,
  ...operatorCodes,
  ...webhookCodes,
} as const;

export type ProblemCode = keyof typeof PROBLEM_CODES;

export const kindOf = ({ code, refusal }: DomainError): ProblemKind =>
  (PROBLEM_CODES as ProblemKinds)[code] ?? BY_REFUSAL[refusal];
