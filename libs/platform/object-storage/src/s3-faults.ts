/** What an S3 client throws: an answer of the server, or what the network said instead of one. */
type Fault = Readonly<{
  name?: string;
  message?: string;
  code?: string;
  $metadata?: { httpStatusCode?: number };
  /** An answer that was no S3 answer, as a proxy gives. */
  $response?: { statusCode?: number };
}>;

const TOO_MANY_REQUESTS = 429;
const NO_ANSWER =
  /\b(TimeoutError|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)\b/;

export function statusOf(fault: unknown): number | undefined {
  const { $metadata, $response } = faultOf(fault);
  return $metadata?.httpStatusCode ?? $response?.statusCode;
}

/** Whether the server could not be asked or could not answer, as opposed to having refused what it was asked. */
export function isAway(fault: unknown): boolean {
  const status = statusOf(fault);
  if (status !== undefined) return status >= 500 || status === TOO_MANY_REQUESTS;

  // The client wraps some of what the network says: then only the words are left.
  const { name = '', code = '', message = '' } = faultOf(fault);
  return NO_ANSWER.test(`${name} ${code} ${message}`);
}

const faultOf = (fault: unknown): Fault => (typeof fault === 'object' && fault !== null ? fault : {});
