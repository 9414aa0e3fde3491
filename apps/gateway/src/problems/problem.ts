import { PROBLEM_CODES, type ProblemCode } from './problem-codes';

/** One fault of several; `field` is a path as people write it: `phases[1].name`. */
export type FieldFault = Readonly<{ field: string; message: string; line?: number; column?: number }>;

type About = Readonly<{ field?: string; errors?: readonly FieldFault[]; retryAfterSeconds?: number; cause?: unknown }>;

/** A request that the gateway itself refuses or cannot serve. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly field: string | undefined;
  readonly errors: readonly FieldFault[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: ProblemCode,
    detail: string,
    { field, errors, retryAfterSeconds, cause }: About = {},
  ) {
    super(detail, { cause });
    this.field = field;
    this.errors = errors;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get kind() {
    return PROBLEM_CODES[this.code];
  }
}

/** Faults of a body or a query: the text names every field, the list says the same to programs. */
export function invalidRequest(errors: readonly FieldFault[]): Problem {
  const detail = errors.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join('; ');
  const [only, another] = errors;
  return new Problem('request.invalid', detail, { errors, ...(only && !another && { field: only.field }) });
}
