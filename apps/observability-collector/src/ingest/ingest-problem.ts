import type { EventFault } from '@syntropic/telemetry';

/** Every code that the collector answers, with its status and title. */
const KINDS = {
  'request.malformed': { status: 400, title: 'The request cannot be read' },
  'request.foreign': { status: 403, title: 'The request comes from elsewhere' },
  'request.not_found': { status: 404, title: 'There is nothing here' },
  'request.timeout': { status: 408, title: 'The request did not arrive in time' },
  'request.too_large': { status: 413, title: 'The body is too large' },
  'request.unsupported_content': { status: 415, title: 'The type or encoding of the body is not taken' },
  'request.invalid': { status: 422, title: 'The request has faults' },
  'access.unauthenticated': { status: 401, title: 'A valid key is needed' },
  'access.role_missing': { status: 403, title: 'The role of the caller does not allow this' },
  'access.out_of_scope': { status: 403, title: 'The key is restricted to other areas' },
  'access.too_many_requests': { status: 429, title: 'The caller has sent too many requests' },
  'telemetry.buffer_full': { status: 429, title: 'Too much telemetry waits to be stored' },
  'store.unavailable': { status: 503, title: 'The store does not answer' },
  'internal.fault': { status: 500, title: 'Internal fault' },
} as const;

export type IngestCode = keyof typeof KINDS;

type Details = Readonly<{
  field?: string;
  errors?: readonly EventFault[];
  retryAfterSeconds?: number;
  cause?: unknown;
}>;

/** A request that the collector refuses, or cannot serve now. */
export class IngestProblem extends Error {
  override readonly name = 'IngestProblem';

  constructor(
    readonly code: IngestCode,
    detail: string,
    readonly details: Details = {},
  ) {
    super(detail, { cause: details.cause });
  }

  get status(): number {
    return KINDS[this.code].status;
  }

  /** RFC 9457, as the gateway answers. */
  get document() {
    const { field, errors } = this.details;
    const { status, title } = KINDS[this.code];
    return {
      type: `/api/docs#${this.code}`,
      title,
      status,
      code: this.code,
      detail: this.message,
      ...(field !== undefined && { field }),
      ...(errors && { errors }),
    };
  }
}

/** The faults of a body: the detail names every field. */
export function invalidBody(errors: readonly EventFault[]): IngestProblem {
  const detail = errors.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join('; ');
  const [first] = errors;
  return new IngestProblem('request.invalid', detail, { errors, ...(first?.field && { field: first.field }) });
}
