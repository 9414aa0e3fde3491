const HTTPS = 443;

/** A host and a port that an agent asks for. */
export type Destination = Readonly<{ host: string; port: number }>;

/** The hosts that agents may connect to, by names such as `api.example.com`, `*.example.com` for its subdomains, and `example.com:8443`. */
export class HostList {
  readonly #entries: readonly (Destination & Readonly<{ isWildcard: boolean }>)[];

  constructor(
    /** As they are configured. */
    readonly names: readonly string[],
  ) {
    this.#entries = names.map((entry) => {
      const [name = '', port] = entry.toLowerCase().split(':');
      const isWildcard = name.startsWith('*.');
      return { host: isWildcard ? name.slice(1) : name, port: port === undefined ? HTTPS : Number(port), isWildcard };
    });
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  has({ host, port }: Destination): boolean {
    return this.#entries.some(
      (entry) => entry.port === port && (entry.isWildcard ? host.endsWith(entry.host) : host === entry.host),
    );
  }
}

/** The destination of a CONNECT; undefined for one without a host name and a port. Addresses of IPv6 are no names. */
export function destinationOf(authority: string): Destination | undefined {
  const [, host, port] = /^([a-z0-9._-]{1,253}):(\d{1,5})$/i.exec(authority) ?? [];
  if (host === undefined || port === undefined) return undefined;
  return { host: host.toLowerCase().replace(/\.$/, ''), port: Number(port) };
}
