import { CONTRACTS } from '@syntropic/catalogue/contracts';
import type { AnyContract, DomainError, Refusal, RuleOf } from '@syntropic/kernel';
import { artifactCodes } from './codes/artifacts.codes';
import { orchestrationCodes } from './codes/orchestration.codes';
import { operatorCodes } from './codes/operator.codes';
import { platformCodes } from './codes/platform.codes';
import { requestCodes } from './codes/request.codes';
import { sessionCodes } from './codes/sessions.codes';
import type { ProblemKind, ProblemKinds } from './problem-kind';

/** The status for codes of newer command services, which this gateway does not list. */
const BY_REFUSAL: Readonly<Record<Refusal, ProblemKind>> = {
  invalid: { status: 422, title: 'The request is refused as invalid' },
  forbidden: { status: 403, title: 'This is not allowed' },
  not_found: { status: 404, title: 'The subject of the request does not exist' },
  conflict: { status: 409, title: 'The request conflicts with the present state' },
};

type CodeOf<K extends AnyContract> = K extends AnyContract ? `${K['aggregate']}.${RuleOf<K>}` : never;

/** The refusals of all contracts, with the status of their kind. */
const refusals = Object.fromEntries(
  CONTRACTS.flatMap(({ aggregate, refusals }) =>
    Object.entries(refusals as AnyContract['refusals']).map(([rule, [refusal, title]]): [string, ProblemKind] => [
      `${aggregate}.${rule}`,
      { status: BY_REFUSAL[refusal].status, title },
    ]),
  ),
  // The entries of the contracts name the keys.
) as Readonly<Record<CodeOf<(typeof CONTRACTS)[number]>, ProblemKind>>;

/** Every code that a problem document may carry, context by context. */
export const PROBLEM_CODES = {
  ...refusals,
  ...requestCodes,
  ...platformCodes,
  ...orchestrationCodes,
  ...sessionCodes,
  ...artifactCodes,
  ...operatorCodes,
} as const;

export type ProblemCode = keyof typeof PROBLEM_CODES;

export const kindOf = ({ code, refusal }: DomainError): ProblemKind =>
  (PROBLEM_CODES as ProblemKinds)[code] ?? BY_REFUSAL[refusal];
