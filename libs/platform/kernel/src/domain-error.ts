/** What kind of no: HTTP answers 422, 403, 404 and 409 for them. */
export type Refusal = 'invalid' | 'forbidden' | 'not_found' | 'conflict';

/** A rule said no. Retrying the same command cannot help, so nobody does: HTTP answers 4xx, a process takes it as its answer. */
export class DomainError extends Error {
  override readonly name = 'DomainError';

  constructor(
    /** Stable and dotted, e.g. `execution.phase_out_of_order`: clients and tests match on it, never on the message. */
    readonly code: string,
    message: string,
    readonly refusal: Refusal = 'conflict',
    /** The part of the request that is wrong, as a path: `phases[1].prompt_template`. */
    readonly field?: string,
  ) {
    super(message);
  }
}
