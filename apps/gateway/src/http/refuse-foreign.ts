import type { FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem';

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** Browsers say where a request comes from; programs say nothing. */
const OUR_SITES = [undefined, 'same-origin', 'none'];

/**
 * Without keys, whoever reaches this address may start programs. So it must be addressed by a loopback name
 * (no other site's name that was made to point here), and no web page but our own may ask.
 * @throws Problem
 */
export function refuseForeign({ headers }: Pick<FastifyRequest, 'headers'>): void {
  const host = headers.host?.toLowerCase() ?? '';
  if (!LOOPBACK_NAMES.includes(host.replace(/:\d+$/, ''))) {
    throw new Problem('request.foreign', 'this is served under loopback names only: localhost, 127.0.0.1, [::1]');
  }
  const { origin } = headers;
  if (origin !== undefined && origin.toLowerCase() !== `http://${host}`) {
    throw new Problem('request.foreign', 'pages of other origins may not ask');
  }
  const site = headers['sec-fetch-site'];
  if (!OUR_SITES.includes(typeof site === 'string' ? site : undefined)) {
    throw new Problem('request.foreign', 'pages of other sites may not ask');
  }
}
