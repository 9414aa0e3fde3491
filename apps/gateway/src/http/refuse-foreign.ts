import type { FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem';

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** Values of `Sec-Fetch-Site` that are accepted. Only browsers send the header. */
const OUR_SITES = [undefined, 'same-origin', 'none'];

/**
 * Refuses requests of foreign web pages, because there is no authentication and an API client can start programs.
 * The host must be a loopback name, against DNS rebinding, and the origin must be the gateway's own or a configured one.
 * @throws Problem
 */
export function refuseForeign(
  { headers }: Pick<FastifyRequest, 'headers'>,
  allowedOrigins: readonly string[] = [],
): void {
  const host = headers.host?.toLowerCase() ?? '';
  if (!LOOPBACK_NAMES.includes(host.replace(/:\d+$/, ''))) {
    throw new Problem('request.foreign', 'this is served under loopback names only: localhost, 127.0.0.1, [::1]');
  }
  const { origin } = headers;
  if (origin !== undefined && allowedOrigins.includes(origin.toLowerCase())) return;
  if (origin !== undefined && origin.toLowerCase() !== `http://${host}`) {
    throw new Problem('request.foreign', 'pages of other origins are refused');
  }
  const site = headers['sec-fetch-site'];
  if (!OUR_SITES.includes(typeof site === 'string' ? site : undefined)) {
    throw new Problem('request.foreign', 'pages of other sites are refused');
  }
}
