/** Names under which a machine calls itself. */
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** Values of `Sec-Fetch-Site` that are accepted. Only browsers send the header. */
const OUR_SITES = [undefined, 'same-origin', 'none'];

/** True for a `Host` with a loopback name. */
export const isLoopback = (host = ''): boolean => LOOPBACK_NAMES.includes(nameIn(host));

const nameIn = (host: string): string => host.toLowerCase().replace(/:\d+$/, '');

type Ours = Readonly<{
  /** Host names under which the service is reached from other machines. */
  hosts?: readonly string[];
  /** Origins of further web pages that may use the service. */
  origins?: readonly string[];
}>;

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

const textOf = (header: Headers[string]): string | undefined =>
  typeof header === 'string' ? header.toLowerCase() : undefined;

/**
 * The reason to refuse a request of a foreign web page, which a browser would send with its own rights; undefined for other requests.
 * The host must be a loopback name or a configured one, against DNS rebinding, and the origin the service's own or a configured one.
 */
export function foreignReason(headers: Headers, { hosts = [], origins = [] }: Ours = {}): string | undefined {
  const host = textOf(headers['host']) ?? '';
  if (!hosts.includes(nameIn(host)) && !isLoopback(host)) {
    return `this is served under these names only: ${[...LOOPBACK_NAMES, ...hosts].join(', ')}`;
  }
  const origin = textOf(headers['origin']);
  if (origin !== undefined && origins.includes(origin)) return undefined;
  if (![undefined, ...originsOf(host)].includes(origin)) return 'pages of other origins are refused';
  return OUR_SITES.includes(textOf(headers['sec-fetch-site'])) ? undefined : 'pages of other sites are refused';
}

/** The origins of the service's own pages. In front of a public name may be a proxy that speaks TLS. */
const originsOf = (host: string): readonly string[] =>
  isLoopback(host) ? [`http://${host}`] : [`http://${host}`, `https://${host}`];
