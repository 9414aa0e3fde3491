import type { Access } from '@syntropic/access';
import type { Endpoint } from '../http/endpoint';
import { API_PREFIXES, routeOf } from '../http/serve';

/** Routes that are no endpoints of the API: pages for people, and those of health and metrics. */
const PAGES: Readonly<Record<string, Access>> = {
  '/': 'public',
  '/api/docs': 'public',
  '/api/v1/docs': 'public',
  '/api/docs/assets/:version/:name': 'public',
  '/api/openapi.json': 'public',
  '/api/v1/openapi.json': 'public',
  '/api/asyncapi.json': 'public',
  '/api/v1/asyncapi.json': 'public',
  '/health/live': 'public',
  '/health/ready': 'public',
  '/metrics': 'viewer',
};

/** The declared access of a route. */
export type Declared = Readonly<{
  access: Access;
  /** The first segment of the path below `/api`, which scopes of keys name; undefined for pages. */
  area: string | undefined;
  isStream: boolean;
}>;

/** Browsers send no key with the question whether another page may send a request. */
const PREFLIGHT: Declared = { access: 'public', area: undefined, isStream: false };

/** The access of each route. A route that declares none is not served: the gateway does not start with it. */
export class RouteAccess {
  readonly #byRoute = new Map<string, Declared>();

  constructor(endpoints: readonly Pick<Endpoint, 'method' | 'path' | 'access' | 'reply'>[]) {
    for (const [url, access] of Object.entries(PAGES)) {
      this.#byRoute.set(`GET ${url}`, { access, area: undefined, isStream: false });
    }
    for (const { method, path, access, reply } of endpoints) {
      const declared = { access, area: areaOf(path), isStream: reply === 'event-stream' };
      for (const prefix of API_PREFIXES) this.#byRoute.set(`${method} /${prefix}${routeOf(path)}`, declared);
    }
  }

  /** The areas of the API, in their order. */
  get areas(): readonly string[] {
    const areas = [...this.#byRoute.values()].flatMap(({ area }) => area ?? []);
    return [...new Set(areas)].sort();
  }

  /** @throws for a route without a declaration */
  of(method: string, url: string): Declared {
    if (method === 'OPTIONS') return PREFLIGHT;
    // Fastify serves HEAD for every GET.
    const declared = this.#byRoute.get(`${method === 'HEAD' ? 'GET' : method} ${url}`);
    if (!declared) throw new Error(`${method} ${url} declares no access`);
    return declared;
  }
}

const areaOf = (path: string): string => path.split('/')[1] ?? '';
