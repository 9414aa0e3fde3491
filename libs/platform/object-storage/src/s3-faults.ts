/** An error of the S3 client: an answer of the server, or a network error. */
type Fault = Readonly<{
  name?: string;
  message?: string;
  code?: string;
  $metadata?: { httpStatusCode?: number };
  /** An answer that was not from S3, for instance from a proxy. */
  $response?: { statusCode?: number };
}>;

const TOO_MANY_REQUESTS = 429;
const NO_ANSWER =
  /\b(TimeoutError|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)\b/;

export function statusOf(fault: unknown): number | undefined {
  const { $metadata, $response } = faultOf(fault);
  return $metadata?.httpStatusCode ?? $response?.statusCode;
}

/** True when the server could not be reached or could not answer, as opposed to a refused request. */
export function isAway(fault: unknown): boolean {
  const status = statusOf(fault);
  if (status !== undefined) return status >= 500 || status === TOO_MANY_REQUESTS;

  // The client wraps some network errors: only their message is left then.
  const { name = '', code = '', message = '' } = faultOf(fault);
  return NO_ANSWER.test(`${name} ${code} ${message}`);
}

const faultOf = (fault: unknown): Fault => (typeof fault === 'object' && fault !== null ? fault : {});
