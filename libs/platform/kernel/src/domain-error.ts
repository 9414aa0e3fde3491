import { errorText } from './storable-text';

/** The kinds of refusal: HTTP answers 422, 403, 404 and 409 for them. */
export type Refusal = 'invalid' | 'forbidden' | 'not_found' | 'conflict';

/** Facts behind a refusal, for programs: `{ state: 'completed' }`. */
export type RefusalDetails = Readonly<Record<string, string | number>>;

export type RefusalContext = Readonly<{ field?: string | undefined; details?: RefusalDetails | undefined }>;

/**
 * A business rule refused a command. It is never retried: HTTP answers 4xx, a process accepts it as the answer.
 * Its message becomes part of replies, events and rows, so it is cut as an error is.
 */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  /** The wrong part of the request, as a path: `phases[1].prompt_template`. */
  readonly field: string | undefined;
  readonly details: RefusalDetails | undefined;

  constructor(
    /** Stable and dotted, e.g. `execution.phase_out_of_order`: clients and tests match on it, never on the message. */
    readonly code: string,
    message: string,
    readonly refusal: Refusal = 'conflict',
    /** The field, or field and details. */
    context: string | RefusalContext = {},
  ) {
    super(errorText(message));
    const { field, details } = typeof context === 'string' ? { field: context } : context;
    this.field = field;
    this.details = details;
  }
}

/** True when a command was refused for its form, such as a field that does not parse: no rule has answered it. */
export const isMalformed = ({ code, refusal }: Pick<DomainError, 'code' | 'refusal'>): boolean =>
  refusal === 'invalid' && code.startsWith('command.');
