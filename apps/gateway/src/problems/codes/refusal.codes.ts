import { CONTRACTS } from '@syntropic/catalogue/contracts';
import type { AnyContract, Refusal, RuleOf } from '@syntropic/kernel';
import type { ProblemKind, ProblemKinds } from '../problem-kind';

type CodeOf<K extends AnyContract> = K extends AnyContract ? `${K['aggregate']}.${RuleOf<K>}` : never;

/** `<aggregate>.<rule>` for each rule of a contract. */
export type RefusalCode = CodeOf<(typeof CONTRACTS)[number]>;

/** The status of a refusal, and the title for codes of newer command services, which this gateway does not list. */
export const BY_REFUSAL: Readonly<Record<Refusal, ProblemKind>> = {
  invalid: { status: 422, title: 'The request is refused as invalid' },
  forbidden: { status: 403, title: 'This is not allowed' },
  not_found: { status: 404, title: 'The subject of the request does not exist' },
  conflict: { status: 409, title: 'The request conflicts with the present state' },
};

/** Clients expect 400 where a request does not fit the state of an execution, or a workflow exists already. */
const EXPECTED_STATUS: Readonly<Partial<Record<RefusalCode, number>>> = {
  'workflow.already_exists': 400,
  'execution.not_running': 400,
  'execution.not_paused': 400,
  'execution.not_interrupted': 400,
  'execution.has_ended': 400,
};

const codesOf = ({ aggregate, refusals }: AnyContract) =>
  Object.entries(refusals).map(([rule, [refusal, title]]) => {
    // The entries of the contracts name the codes.
    const code = `${aggregate}.${rule}` as RefusalCode;
    return [code, { status: EXPECTED_STATUS[code] ?? BY_REFUSAL[refusal].status, title }] as const;
  });

/** The refusals of every aggregate. */
export const refusalCodes = Object.fromEntries(CONTRACTS.flatMap(codesOf)) as ProblemKinds<RefusalCode>;
