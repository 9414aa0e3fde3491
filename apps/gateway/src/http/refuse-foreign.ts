import type { FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem';

/** Names under which this machine calls itself. */
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** Values of `Sec-Fetch-Site` that are accepted. Only browsers send the header. */
const OUR_SITES = [undefined, 'same-origin', 'none'];

/** True for a `Host` with a loopback name. */
export const isLoopback = (host = ''): boolean => LOOPBACK_NAMES.includes(nameIn(host));

const nameIn = (host: string): string => host.toLowerCase().replace(/:\d+$/, '');

type Ours = Readonly<{
  /** Host names under which the gateway is reached from other machines. */
  hosts?: readonly string[];
  /** Origins of further web pages that may use the API. */
  origins?: readonly string[];
}>;

/**
 * Refuses requests of foreign web pages, which a browser would send with its own rights: an API client can start programs.
 * The host must be a loopback name or a configured one, against DNS rebinding, and the origin the gateway's own or a configured one.
 * @throws Problem
 */
export function refuseForeign(
  { headers }: Pick<FastifyRequest, 'headers'>,
  { hosts = [], origins = [] }: Ours = {},
): void {
  const host = headers.host?.toLowerCase() ?? '';
  if (!hosts.includes(nameIn(host)) && !isLoopback(host)) {
    const names = [...LOOPBACK_NAMES, ...hosts].join(', ');
    throw new Problem('request.foreign', `this is served under these names only: ${names}`);
  }
  const origin = headers.origin?.toLowerCase();
  if (origin === undefined || !origins.includes(origin)) refuseOtherPages(headers, [undefined, ...originsOf(host)]);
}

function refuseOtherPages(
  { origin, 'sec-fetch-site': site }: FastifyRequest['headers'],
  own: readonly unknown[],
): void {
  if (!own.includes(origin?.toLowerCase())) {
    throw new Problem('request.foreign', 'pages of other origins are refused');
  }
  if (!OUR_SITES.includes(typeof site === 'string' ? site : undefined)) {
    throw new Problem('request.foreign', 'pages of other sites are refused');
  }
}

/** The origins of the gateway's own pages. In front of a public name may be a proxy that speaks TLS. */
const originsOf = (host: string): readonly string[] =>
  isLoopback(host) ? [`http://${host}`] : [`http://${host}`, `https://${host}`];
