import type { Endpoint } from './endpoint';
import { API_PREFIXES } from './serve';

/** The methods of every endpoint's path. */
export class KnownPaths {
  readonly #paths: readonly Readonly<{ pattern: RegExp; method: string }>[];

  constructor(endpoints: readonly Pick<Endpoint, 'method' | 'path'>[]) {
    const prefix = API_PREFIXES.join('|');
    this.#paths = endpoints.map(({ method, path }) => ({
      pattern: new RegExp(`^/(?:${prefix})${path.replace(/\{\w+\}/g, '[^/]+')}$`),
      method,
    }));
  }

  /** Empty for an address that no endpoint has. */
  methodsAt(url: string): readonly string[] {
    const path = url.split('?')[0] ?? url;
    const methods = this.#paths.flatMap(({ pattern, method }) => (pattern.test(path) ? [method] : []));
    return [...new Set(methods)].sort();
  }
}
