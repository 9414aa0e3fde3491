import { PROBLEM_CODES, type ProblemCode } from './problem-codes';

/** One fault of a request; `field` is a path like `phases[1].name`. */
export type FieldFault = Readonly<{ field: string; message: string; line?: number; column?: number }>;

type ProblemOptions = Readonly<{
  field?: string;
  errors?: readonly FieldFault[];
  retryAfterSeconds?: number;
  cause?: unknown;
}>;

/** A request that the gateway itself refuses or cannot serve. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly field: string | undefined;
  readonly errors: readonly FieldFault[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: ProblemCode,
    detail: string,
    { field, errors, retryAfterSeconds, cause }: ProblemOptions = {},
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

/** Faults of a body or a query: the detail names every field, the list has the same for programs. */
export function invalidRequest(errors: readonly FieldFault[]): Problem {
  const detail = errors.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join('; ');
  const [only, another] = errors;
  return new Problem('request.invalid', detail, { errors, ...(only && !another && { field: only.field }) });
}
